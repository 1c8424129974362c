// The Express Checkout Element's inside: a button a wallet that shows here.
const PARENT = new URLSearchParams(location.search).get("parent");
const NAMES = { apple_pay: "Apple Pay", google_pay: "Google Pay" };
const OFFLINE = { type: "api_connection_error", message: "We couldn't reach Stripe. Check your connection." };
const tell = (type, payload) => window.parent.postMessage({ type, payload }, PARENT);

/** The wallets that the page offers, the browser can and the page's domain is registered for. */
async function shown({ clientSecret = "", mode = "", key, wanted }) {
  const domain = new URL(PARENT).hostname;
  const query = new URLSearchParams({ client_secret: clientSecret, mode, key, domain });
  try {
    const answer = await (await fetch(`/elements/session?${query}`)).json();
    return answer.error ? answer : { wallets: answer.wallets.filter((wallet) => wanted.includes(wallet)) };
  } catch {
    return { error: OFFLINE };
  }
}

function button(wallet) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: wallet });
  made.setAttribute("aria-label", `Pay with ${NAMES[wallet]}`);
  made.textContent = NAMES[wallet];
  made.addEventListener("click", () => tell("click", wallet));
  return made;
}

window.addEventListener("message", async (event) => {
  if (event.source !== window.parent || event.origin !== PARENT || event.data?.type !== "init") return;
  const { scheme } = event.data.payload;
  document.documentElement.dataset.theme = scheme;
  tell("scheme", scheme);
  const { wallets, error } = await shown(event.data.payload);
  if (error) {
    tell("loaderror", error);
    return;
  }
  document.getElementById("buttons").replaceChildren(...wallets.map(button));
  tell("shown", wallets);
});
new ResizeObserver(() => tell("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
document.addEventListener("focusin", () => tell("focus"));
if (PARENT && window.parent !== window) tell("hello");
