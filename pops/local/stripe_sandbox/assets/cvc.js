// The Card CVC Element's inside: the security code of a saved card, typed anew.
const PARENT = new URLSearchParams(location.search).get("parent");
const OFFLINE = { type: "api_connection_error", message: "We couldn't reach Stripe. Check your connection." };
const INCOMPLETE = { type: "validation_error", code: "incomplete_cvc", message: "Your card's security code is incomplete." };
const input = document.getElementById("cvc");
const tell = (type, payload) => window.parent.postMessage({ type, payload }, PARENT);
const isComplete = () => /^\d{3,4}$/.test(input.value);

function init({ scheme }) {
  document.documentElement.dataset.theme = scheme;
  tell("scheme", scheme);
  tell("ready");
}

async function token({ key }) {
  if (!isComplete()) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return { error: INCOMPLETE };
  }
  try {
    const body = new URLSearchParams({ "cvc_update[cvc]": input.value, key });
    const answer = await (await fetch("/v1/tokens", { method: "POST", body })).json();
    return answer.error ? { error: answer.error } : { token: answer };
  } catch {
    return { error: OFFLINE };
  }
}

const messages = { init, token, focus: () => input.focus(), clear: () => { input.value = ""; } };

window.addEventListener("message", async (event) => {
  if (event.source !== window.parent || event.origin !== PARENT || !(event.data?.type in messages)) return;
  const { type, number, payload } = event.data;
  const answer = await messages[type](payload);
  if (number) window.parent.postMessage({ type: "reply", number, payload: answer }, PARENT);
});
input.addEventListener("input", () => {
  input.value = input.value.replace(/\D/g, "").slice(0, 4);
  if (isComplete()) input.removeAttribute("aria-invalid");
  tell("change", { complete: isComplete(), empty: !input.value, error: undefined });
});
input.addEventListener("focus", () => tell("focus"));
input.addEventListener("blur", () => tell("blur"));
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter") tell("enter");
  if (event.key === "Escape") tell("escape");
});
tell("hello");
