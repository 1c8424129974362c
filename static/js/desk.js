// Shows the total of what is typed in, and chooses "the services I choose" when an amount is put beside one.
const form = document.querySelector("[data-desk-total]");
const amounts = form.querySelectorAll(".desk-tenders .money-input");
const total = form.querySelector("[data-total]");

function cents(text) {
  const plain = text.replace(/[$,\s]/g, "");
  return /^\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
}

function show() {
  const sum = [...amounts].reduce((all, input) => all + cents(input.value), 0);
  total.textContent = (sum / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
}

form.querySelector(".desk-total").hidden = false;
amounts.forEach((input) => input.addEventListener("input", show));
form.querySelectorAll(".desk-lines .money-input").forEach((input) =>
  input.addEventListener("input", () => {
    form.querySelector('input[name="apply"][value="chosen"]').checked = true;
  }),
);
show();
