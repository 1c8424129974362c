// The payment form: the amount that is proposed for what it is for, the change due, and the total. Chooses "the services
// I choose" when an amount is put beside one.
const form = document.querySelector("[data-desk-total]");
const several = form.querySelectorAll(".desk-tenders .money-input");
const total = form.querySelector("[data-total]");
const amount = form.querySelector("#id_amount");
const tendered = form.querySelector("#id_tendered");
const change = form.querySelector("[data-change]");
const proposed = JSON.parse(form.dataset.proposed);
let last = amount.defaultValue; // what was proposed last: who typed another amount, be it before this runs, keeps it

function cents(text) {
  const plain = text.replace(/[$,\s]/g, "");
  return /^\d*(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
}

function dollars(sum) {
  return (sum / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
}

function checked(name) {
  return form.querySelector(`input[name="${name}"]:checked`)?.value;
}

function show() {
  const sum = [amount, ...several].reduce((all, input) => all + cents(input.value), 0);
  total.textContent = dollars(sum);
  const due = cents(tendered.value) - cents(amount.value);
  change.parentElement.hidden = !tendered.value || checked("method") !== "cash";
  change.textContent = due < 0 ? `${dollars(-due)} are missing` : dollars(due);
}

function propose() {
  const by = proposed[checked("purpose")] ?? "";
  const next = typeof by === "string" ? by : (by[form.querySelector("#id_patient").value] ?? "");
  if (amount.value === last) {
    amount.value = next;
    last = next;
  }
  show();
}

form.querySelector(".desk-total").hidden = false;
[amount, tendered, ...several].forEach((input) => input.addEventListener("input", show));
form.querySelectorAll('input[name="method"]').forEach((radio) => radio.addEventListener("change", show));
form.querySelectorAll('input[name="purpose"], #id_patient').forEach((input) => input.addEventListener("change", propose));
several.forEach((input) =>
  input.addEventListener("input", () => {
    if (amount.value === last) {
      amount.value = last = ""; // what was only proposed gives way
      show();
    }
  }),
);
form.querySelectorAll(".desk-lines .money-input").forEach((input) =>
  input.addEventListener("input", () => {
    form.querySelector('input[name="apply"][value="chosen"]').checked = true;
  }),
);
// The page's focus may come after this runs. What was typed already is not selected: the next key would replace it.
if (document.querySelector("[autofocus]") === amount && amount.value === last) {
  amount.focus();
  amount.select();
}
show();
