// The card form: mounts Stripe's Payment Element and confirms the payment once. What became of it is never
// decided here: whenever a card was submitted, the browser goes to the return address and the server asks Stripe.
const form = document.getElementById("card-form");
const payButton = document.getElementById("card-pay");
const status = document.getElementById("card-status");
const errorBox = document.getElementById("card-error");
const unknownBox = document.getElementById("card-unknown");
const loading = document.getElementById("card-loading");
const returnUrl = new URL(form.dataset.returnPath, window.location.href).href;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function appearance() {
  const page = getComputedStyle(document.documentElement);
  const value = (name) => page.getPropertyValue(name).trim();
  return {
    theme: dark.matches ? "night" : "stripe",
    variables: {
      colorPrimary: value("--color-primary"),
      colorBackground: value("--color-surface"),
      colorText: value("--color-text"),
      colorTextSecondary: value("--color-muted"),
      colorTextPlaceholder: value("--color-muted"),
      colorDanger: value("--color-error"),
      colorSuccess: value("--color-success"),
      colorWarning: value("--color-warning"),
      fontFamily: value("--font"),
      fontSizeBase: "16px",
      borderRadius: "8px",
    },
    rules: {
      ".Input": { borderColor: value("--color-line-strong") },
    },
  };
}

function show(box, text) {
  if (text) box.querySelector("p").textContent = text;
  box.hidden = false;
  box.focus();
}

function fail(text) {
  loading.hidden = true;
  show(errorBox, text);
}

// A card was submitted when Stripe tells its error on the PaymentIntent, or the intent has moved on.
function wasSubmitted(error) {
  const intent = error.payment_intent;
  return Boolean(intent && (intent.last_payment_error || intent.status !== "requires_payment_method"));
}

async function confirm(stripe, elements) {
  try {
    const { error } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: returnUrl },
      redirect: "if_required",
    });
    return error;
  } catch {
    return { type: "unknown" };
  }
}

function start() {
  form.hidden = false;
  if (!window.Stripe) {
    fail("The card form could not be loaded. Nothing was charged. Check your connection and reload this page.");
    return;
  }
  const stripe = window.Stripe(form.dataset.publishableKey);
  const elements = stripe.elements({ clientSecret: form.dataset.clientSecret, appearance: appearance() });
  const card = elements.create("payment");
  card.on("ready", () => {
    loading.hidden = true;
    payButton.disabled = false;
  });
  card.on("loaderror", () => {
    fail("The card form could not be loaded. Nothing was charged. Reload this page in a few minutes.");
  });
  // What is typed there is typed in Stripe's frame: this page doesn't hear it.
  for (const kind of ["focus", "blur", "change"]) card.on(kind, () => document.dispatchEvent(new Event("session:use")));
  card.mount("#payment-element");
  dark.addEventListener("change", () => elements.update({ appearance: appearance() }));

  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || payButton.disabled) return;
    busy = payButton.disabled = true;
    errorBox.hidden = true;
    form.setAttribute("aria-busy", "true");
    status.textContent = "Asking your bank. This can take a moment: don’t close the page.";

    // Nothing is charged in a session that has ended: its page is left. Without an answer, paying is no worse off.
    if ((await window.popsSession.extend()) === 0) return;
    const error = await confirm(stripe, elements);
    if (!error || wasSubmitted(error)) {
      window.location.assign(returnUrl);
      return; // still busy: nothing can be confirmed while the next page loads
    }
    status.textContent = "";
    form.removeAttribute("aria-busy");
    if (error.type === "validation_error" || error.type === "card_error") {
      busy = payButton.disabled = false;
      show(errorBox, error.message); // an alert: read out, wherever the focus goes
      if (error.type === "validation_error") card.focus();
      return;
    }
    // Never guess: a lost answer may be a paid one. The only way on is to look.
    form.hidden = document.querySelector(".back-link").hidden = true;
    show(unknownBox);
  });
}

// Back from a later page, out of the browser's memory: ask the server how the attempt stands.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

start();
