// Card numbers, dates and codes: how they are grouped while typed and what is wrong with them.

const BRANDS = [
  ["visa", "Visa", /^4/],
  ["mastercard", "Mastercard", /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/],
  ["amex", "Amex", /^3[47]/],
  ["discover", "Discover", /^(6011|64[4-9]|65)/],
  ["diners", "Diners", /^3(0[0-5]|[689])/],
  ["jcb", "JCB", /^35/],
  ["unionpay", "UnionPay", /^(62|81)/],
];
const LENGTHS = { amex: [15], diners: [14, 16], unionpay: [16, 19] };
const POSTAL = { US: ["ZIP code", "12345", /^\d{5}(-?\d{4})?$/], CA: ["Postal code", "M5T 1T4", /^[a-z]\d[a-z] ?\d[a-z]\d$/i], GB: ["Postal code", "WS11 1DB", /^[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}$/i] };

export const digits = (text) => text.replace(/\D/g, "");

export function brandOf(number) {
  const found = BRANDS.find(([, , prefix]) => prefix.test(number));
  return found ? { id: found[0], name: found[1] } : { id: "unknown", name: "" };
}

const lengthsOf = (number) => LENGTHS[brandOf(number).id] || [16];
export const longest = (number) => Math.max(...lengthsOf(number));
export const codeLength = (number) => (brandOf(number).id === "amex" ? 4 : 3);

export function groupedNumber(text) {
  const number = digits(text).slice(0, longest(digits(text)));
  const groups = number.length <= 15 && ["amex", "diners"].includes(brandOf(number).id) ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/ : null;
  if (groups) return number.match(groups)?.slice(1).filter(Boolean).join(" ") || "";
  return number.replace(/(\d{4})(?=\d)/g, "$1 ");
}

/** "1230" and "12/2030" become "12 / 30"; a first digit above 1 gets its zero. */
export function slashedExpiry(text, deleting) {
  const typedSlash = /^\s*\d\s*\//.test(text) ? `0${text.trim()}` : text;
  let number = digits(typedSlash);
  if (/^[2-9]/.test(number)) number = `0${number}`;
  const year = number.slice(2);
  const short = year.length === 4 && year.startsWith("20") ? year.slice(2) : year.slice(0, year.startsWith("20") ? 4 : 2);
  if (number.length < 2 || (number.length === 2 && deleting)) return number;
  return `${number.slice(0, 2)} / ${short}`;
}

export function expiryOf(text) {
  const [month, year] = text.split("/").map((part) => Number(digits(part)));
  return { month, year: 2000 + ((year || 0) % 100) };
}

function luhn(number) {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const wrong = (code, message) => ({ code, message });

export function numberProblem(text) {
  const number = digits(text);
  if (!number || !lengthsOf(number).includes(number.length)) {
    return wrong("incomplete_number", "Your card number is incomplete.");
  }
  return luhn(number) ? null : wrong("invalid_number", "Your card number is invalid.");
}

export function expiryProblem(text, today = new Date()) {
  if (digits(text).length < 4) return wrong("incomplete_expiry", "Your card's expiration date is incomplete.");
  const { month, year } = expiryOf(text);
  if (month < 1 || month > 12) return wrong("invalid_expiry_month", "Your card's expiration month is invalid.");
  if (year < today.getFullYear()) {
    return wrong("invalid_expiry_year_past", "Your card's expiration year is in the past.");
  }
  if (year === today.getFullYear() && month < today.getMonth() + 1) {
    return wrong("invalid_expiry_month_past", "Your card's expiration date is in the past.");
  }
  return year > today.getFullYear() + 50 ? wrong("invalid_expiry_year", "Your card's expiration year is invalid.") : null;
}

export function codeProblem(text, number) {
  const complete = digits(text).length === codeLength(digits(number));
  return complete ? null : wrong("incomplete_cvc", "Your card's security code is incomplete.");
}

export const postalOf = (country) => POSTAL[country] || null;

export function postalProblem(text, country) {
  const [label, , shape] = postalOf(country) || [];
  if (!label) return null;
  const name = label === "ZIP code" ? "ZIP" : "postal code";
  if (!text.trim()) return wrong("incomplete_zip", `Your ${name} is incomplete.`);
  return shape.test(text.trim()) ? null : wrong("invalid_zip", `Your ${name} is invalid.`);
}
