// A wallet's sheet, in stripe.js's dialog: the payer agrees there; the page then asks for the card as a token.
const PARENT = new URLSearchParams(location.search).get("parent");
const NAMES = { apple_pay: "Apple Pay", google_pay: "Google Pay" };
const form = document.getElementById("form");
const tell = (type, payload) => window.parent.postMessage({ type, payload }, PARENT);
let wallet = "";

function init(given) {
  wallet = given.wallet;
  document.getElementById("wallet-name").textContent = NAMES[wallet];
  document.getElementById("amount").textContent = `Pay $${(given.amount / 100).toFixed(2)}`;
  for (const button of form.querySelectorAll("button")) button.disabled = false;
  form.querySelector("button").focus();
}

async function token({ key, return_url, setup_future_usage }) {
  const body = new URLSearchParams({ wallet, number: form.elements.number.value, key });
  if (return_url) body.set("return_url", return_url);
  if (setup_future_usage) body.set("setup_future_usage", setup_future_usage);
  const answer = await (await fetch("/elements/wallet", { method: "POST", body })).json();
  return answer.error ? { error: answer.error } : { confirmationToken: answer };
}

const messages = { init, token };

window.addEventListener("message", async (event) => {
  if (event.source !== window.parent || event.origin !== PARENT || !(event.data?.type in messages)) return;
  const { type, number, payload } = event.data;
  const answer = await messages[type](payload);
  if (number) window.parent.postMessage({ type: "reply", number, payload: answer }, PARENT);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const outcome = event.submitter.value;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  tell(outcome);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") tell("cancel");
});
tell("hello");
