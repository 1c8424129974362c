// A calculator for what lies in a drawer: how many of each bill and coin make what, and the cash. Enter leads to the next
// field, as on an adding machine; only the button sends.
const dollars = (cents) => (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
const number = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : 0);

for (const drawer of document.querySelectorAll("[data-count]")) {
  const pieces = [...drawer.querySelectorAll(".piece-input")];
  const cash = drawer.querySelector('[name$="cash"]');
  const add = () => {
    const sums = pieces.map((piece) => number(piece.value) * Number(piece.dataset.worth));
    pieces.forEach((piece, n) => {
      piece.closest(".desk-piece").querySelector("output").textContent = piece.value.trim() ? dollars(sums[n]) : "";
    });
    if (pieces.some((piece) => piece.value.trim())) {
      cash.value = (sums.reduce((all, one) => all + one, 0) / 100).toFixed(2);
    }
  };
  pieces.forEach((piece) => piece.addEventListener("input", add));
  drawer.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const fields = [...event.target.form.elements].filter((one) => one.matches('input:not([type="hidden"]), textarea, button'));
    fields[fields.indexOf(event.target) + 1]?.focus();
  });
  add();
}
