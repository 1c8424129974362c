// The Payment Element's inside: fields, validation, and the confirmation of the payment.
import { applyAppearance } from "/assets/appearance.js";
import * as card from "/assets/card-fields.js";

const PARENT = new URLSearchParams(location.search).get("parent");
const FIELDS = ["number", "expiry", "cvc", "postalCode"];
const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];
const OFFLINE = { type: "api_connection_error", message: "We couldn't reach Stripe. Check your connection." };
const $ = (id) => document.getElementById(id);
const field = Object.fromEntries([...FIELDS, "country", "save"].map((name) => [name, $(name)]));

let settings = {};
let features = {};
let announced = "";

const tell = (type, payload) => window.parent.postMessage({ type, payload }, PARENT);
const reply = (number, payload) => window.parent.postMessage({ type: "reply", number, payload }, PARENT);
const savedCard = () => $("form").elements.saved?.value || "";
const usesSavedCard = () => !$("saved").hidden && savedCard() !== "new";

function problemOf(name) {
  const text = field[name].value;
  if (name === "number") return card.numberProblem(text);
  if (name === "expiry") return card.expiryProblem(text);
  if (name === "cvc") return card.codeProblem(text, field.number.value);
  return card.postalProblem(text, field.country.value);
}

function showProblem(name, problem) {
  const error = $(`${name}-error`);
  error.hidden = !problem;
  error.textContent = problem ? problem.message : "";
  if (problem) field[name].setAttribute("aria-invalid", "true");
  else field[name].removeAttribute("aria-invalid");
}

/** Puts `text` into an input and keeps the caret behind the digit it stood behind. */
function rewrite(input, text) {
  const before = card.digits(input.value.slice(0, input.selectionStart)).length;
  const atEnd = input.selectionStart === input.value.length;
  if (input.value === text) return;
  input.value = text;
  let caret = atEnd ? text.length : 0;
  for (let seen = 0; !atEnd && seen < before && caret < text.length; caret += 1) seen += /\d/.test(text[caret]) ? 1 : 0;
  input.setSelectionRange(caret, caret);
}

function numberTyped() {
  rewrite(field.number, card.groupedNumber(field.number.value));
  const number = card.digits(field.number.value);
  const brand = card.brandOf(number);
  $("number-brand").dataset.brand = brand.id;
  $("number-brand").textContent = brand.name;
  const amex = brand.id === "amex";
  $("cvc-hint").textContent = amex ? "The 4 digits on the front of your card." : "The 3 digits on the back of your card.";
  field.cvc.placeholder = amex ? "4 digits" : "CVC";
  moveOn("number", "expiry", number.length === card.longest(number));
}

function expiryTyped(event) {
  const deleting = event?.inputType?.startsWith("delete");
  rewrite(field.expiry, card.slashedExpiry(field.expiry.value, deleting));
  moveOn("expiry", "cvc", card.digits(field.expiry.value).length === 4);
}

function codeTyped() {
  rewrite(field.cvc, card.digits(field.cvc.value).slice(0, card.codeLength(card.digits(field.number.value))));
}

/** From a finished field to the next empty one, as people expect of card forms; a wrong field keeps them. */
function moveOn(name, next, complete) {
  if (!complete || document.activeElement !== field[name]) return;
  const input = field[name];
  if (problemOf(name)) showProblem(name, problemOf(name));
  else if (input.selectionStart === input.value.length && !field[next].value) field[next].focus();
}

function countryChosen() {
  const [label, example] = card.postalOf(field.country.value) || [];
  $("postal-field").hidden = !label;
  $("postal-label").textContent = label || "";
  field.postalCode.placeholder = example || "";
  showProblem("postalCode", null);
}

function announceChange() {
  const complete = usesSavedCard() || FIELDS.every((name) => !problemOf(name));
  const empty = !usesSavedCard() && ["number", "expiry", "cvc"].every((name) => !field[name].value);
  const value = usesSavedCard() ? { type: "card", payment_method: { id: savedCard() } } : { type: "card" };
  const state = { complete, empty, value };
  if (JSON.stringify(state) === announced) return;
  announced = JSON.stringify(state);
  tell("change", state);
}

/** Shows every problem and goes to the first; the error is Stripe.js's validation error. */
function submit() {
  if (usesSavedCard()) return { selectedPaymentMethod: "card" };
  const problems = FIELDS.map((name) => [name, problemOf(name)]).filter(([, problem]) => problem);
  for (const [name, problem] of problems) showProblem(name, problem);
  if (!problems.length) return { selectedPaymentMethod: "card" };
  field[problems[0][0]].focus();
  return { error: { type: "validation_error", ...problems[0][1] } };
}

function flatten(value, path, into) {
  for (const [name, inner] of Object.entries(value)) {
    const key = path ? `${path}[${name}]` : name;
    if (inner && typeof inner === "object") flatten(inner, key, into);
    else if (inner !== undefined && inner !== null) into.append(key, inner);
  }
  return into;
}

function newCard(confirmParams) {
  const { month, year } = card.expiryOf(field.expiry.value);
  const given = confirmParams.payment_method_data || {};
  const address = { country: field.country.value, postal_code: field.postalCode.value, ...given.billing_details?.address };
  return {
    ...given,
    type: "card",
    card: { number: card.digits(field.number.value), exp_month: month, exp_year: year, cvc: field.cvc.value },
    billing_details: { ...given.billing_details, address },
    allow_redisplay: field.save.checked ? "always" : undefined,
  };
}

function confirmation(clientSecret, confirmParams) {
  const { receipt_email, setup_future_usage, shipping, return_url } = confirmParams;
  const usage = field.save.checked ? features.payment_method_save_usage || "off_session" : setup_future_usage;
  const method = usesSavedCard()
    ? { payment_method: savedCard() }
    : { payment_method_data: newCard(confirmParams), setup_future_usage: usage };
  return { ...method, receipt_email, shipping, return_url, client_secret: clientSecret, key: settings.key, use_stripe_sdk: true };
}

/** A ConfirmationToken of what is typed or chosen. */
async function token({ return_url, setup_future_usage, payment_method_data }) {
  const given = confirmation("", { return_url, setup_future_usage, payment_method_data });
  const { client_secret, receipt_email, ...rest } = given;
  try {
    const body = flatten(rest, "", new URLSearchParams());
    const answer = await (await fetch("/v1/confirmation_tokens", { method: "POST", body })).json();
    if (answer.error) showDecline(answer.error);
    return answer.error ? { error: answer.error } : { confirmationToken: answer };
  } catch {
    return { error: OFFLINE };
  }
}

async function confirm({ clientSecret, confirmParams }) {
  const id = clientSecret.split("_secret_")[0];
  try {
    const body = flatten(confirmation(clientSecret, confirmParams), "", new URLSearchParams());
    const answer = await (await fetch(`/v1/payment_intents/${id}/confirm`, { method: "POST", body })).json();
    if (answer.error) showDecline(answer.error);
    return answer.error ? { error: answer.error } : { paymentIntent: answer };
  } catch {
    return { error: OFFLINE };
  }
}

/** A decline that concerns one field is also said at that field. */
function showDecline(error) {
  const name = { number: "number", exp_month: "expiry", exp_year: "expiry", cvc: "cvc" }[error.param];
  if (name && !usesSavedCard()) showProblem(name, error);
}

function savedLabel(id, text, detail) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "saved", value: id });
  const small = Object.assign(document.createElement("small"), { textContent: detail });
  label.append(radio, text, small);
  return label;
}

function showSaved(methods) {
  const labels = methods.map(({ id, card: { display_brand: brand, last4, exp_month: month, exp_year: year } }) =>
    savedLabel(id, `${brand[0].toUpperCase()}${brand.slice(1)} ending in ${last4}`, `${String(month).padStart(2, "0")} / ${year % 100}`));
  $("saved").hidden = !methods.length;
  $("saved-cards").replaceChildren(...labels, savedLabel("new", "New card", ""));
  $("saved-cards").querySelector("input").checked = true;
  savedChosen();
}

function savedChosen() {
  $("card").hidden = usesSavedCard();
}

async function session() {
  const { clientSecret = "", customerSession = "", mode = "", key } = settings;
  const query = new URLSearchParams({ client_secret: clientSecret, customer_session: customerSession, mode, key });
  try {
    const answer = await (await fetch(`/elements/session?${query}`)).json();
    if (answer.intent && !OPEN.includes(answer.intent.status)) {
      const message = `The payment has a status of ${answer.intent.status}: it can't be paid again.`;
      return { error: { type: "invalid_request_error", message } };
    }
    return answer;
  } catch {
    return { error: OFFLINE };
  }
}

async function init(given) {
  settings = given;
  tell("scheme", applyAppearance(given.appearance, given.scheme));
  const answer = await session();
  $("form").hidden = Boolean(answer.error);
  $("load-error").hidden = !answer.error;
  if (answer.error) {
    $("load-error").textContent = answer.error.message;
    tell("loaderror", answer.error);
    return;
  }
  features = answer.features;
  $("save-field").hidden = features.payment_method_save !== "enabled";
  showSaved(answer.saved);
  prefill(given.options?.defaultValues?.billingDetails);
  tell("ready");
}

function prefill(billing) {
  field.postalCode.value ||= billing?.address?.postal_code || "";
  const country = billing?.address?.country;
  if (country && [...field.country.options].some((option) => option.value === country)) field.country.value = country;
  countryChosen();
}

function clear() {
  for (const name of FIELDS) {
    field[name].value = "";
    showProblem(name, null);
  }
  numberTyped();
}

function useTestCard(number) {
  if (!$("saved").hidden) $("form").elements.saved.value = "new";
  savedChosen();
  clear();
  field.number.value = number;
  numberTyped();
  field.expiry.value = "12 / 34";
  field.cvc.value = "1234".slice(0, card.codeLength(number));
  if (card.postalOf(field.country.value)) field.postalCode.value = card.postalOf(field.country.value)[1];
  announceChange();
}

const messages = {
  init,
  update: (given) => {
    settings = { ...settings, ...given };
    tell("scheme", applyAppearance(given.appearance, given.scheme));
  },
  focus: () => (usesSavedCard() ? $("saved-cards").querySelector("input:checked") : field.number).focus(),
  clear,
  submit,
  token,
  confirm,
  decline: showDecline,
};

window.addEventListener("message", async (event) => {
  if (event.source !== window.parent || event.origin !== PARENT || !(event.data?.type in messages)) return;
  const { type, number, payload } = event.data;
  const answer = await messages[type](payload);
  if (number) reply(number, answer);
});

field.number.addEventListener("input", numberTyped);
field.expiry.addEventListener("input", expiryTyped);
field.cvc.addEventListener("input", codeTyped);
field.country.addEventListener("change", countryChosen);
$("form").addEventListener("submit", (event) => event.preventDefault());
$("form").addEventListener("input", (event) => {
  const name = event.target.name;
  if (FIELDS.includes(name) && !problemOf(name)) showProblem(name, null);
  announceChange();
});
$("form").addEventListener("change", () => {
  savedChosen();
  announceChange();
});
$("form").addEventListener("focusin", () => tell("focus"));
$("form").addEventListener("focusout", (event) => {
  const name = event.target.name;
  if (FIELDS.includes(name)) showProblem(name, field[name].value ? problemOf(name) : null);
  if (!event.relatedTarget) tell("blur");
});
$("form").addEventListener("click", (event) => {
  if (event.target.dataset.number) useTestCard(event.target.dataset.number);
});
$("form").addEventListener("keydown", (event) => {
  if (event.key === "Escape") tell("escape");
  if (event.key === "Enter" && event.target.matches("input")) tell("enter"); // Submits the page's form.
});
new ResizeObserver(() => tell("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
if (PARENT && window.parent !== window) tell("hello");
