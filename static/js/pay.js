// The card form: mounts Stripe's Payment Element and confirms the payment once. What became of it is never
// decided here: whenever a card was submitted, the browser goes to the return address and the server asks Stripe.
const form = document.getElementById("card-form");
const payButton = document.getElementById("card-pay");
const status = document.getElementById("card-status");
const errorBox = document.getElementById("card-error");
const unknownBox = document.getElementById("card-unknown");
const loading = document.getElementById("card-loading");
const slow = document.getElementById("card-slow");
const receipt = document.getElementById("card-receipt");
const PATIENCE = 10_000; // milliseconds
const returnUrl = () => new URL(form.dataset.returnPath, window.location.href).href;
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
  if (text) box.querySelector("span").textContent = text;
  box.hidden = false;
  box.focus();
}

function fail(text) {
  loading.hidden = slow.hidden = true;
  show(errorBox, text);
}

// A card was submitted when Stripe tells its error on the PaymentIntent, or the intent has moved on.
function wasSubmitted(error) {
  const intent = error.payment_intent;
  return Boolean(intent && (intent.last_payment_error || intent.status !== "requires_payment_method"));
}

async function confirm(stripe, elements) {
  try {
    const { error: slip } = await elements.submit();
    if (slip) return slip;
    const { error } = await stripe.confirmPayment({
      elements,
      clientSecret: form.dataset.clientSecret,
      confirmParams: { return_url: returnUrl() },
      redirect: "if_required",
    });
    return error;
  } catch {
    return { type: "unknown" };
  }
}

// After a slip in the card's details the server starts the attempt that follows, and the card stays in its form.
async function startAgain() {
  try {
    const { againPath, csrf } = form.dataset;
    const answer = await fetch(againPath, { method: "POST", headers: { "X-CSRFToken": csrf } });
    if (!answer.ok) return false;
    const next = await answer.json();
    Object.assign(form.dataset, { clientSecret: next.client_secret, returnPath: next.returned, againPath: next.again });
    window.history.replaceState(null, "", next.pay);
    unknownBox.querySelector("a").href = next.returned;
    receipt.querySelector("span").textContent = next.receipt;
    receipt.hidden = false;
    return true;
  } catch {
    return false;
  }
}

function mount(stripe) {
  const { amount, currency } = form.dataset;
  // What isn't offered isn't shown: the intent allows the same.
  const offered = { mode: "payment", amount: Number(amount), currency, allowedPaymentMethodTypes: ["card"] };
  const elements = stripe.elements({ ...offered, appearance: appearance() });
  const card = elements.create("payment", { wallets: { link: "never" } });
  card.on("ready", () => {
    window.clearTimeout(patience);
    loading.hidden = slow.hidden = true;
    payButton.disabled = false;
  });
  card.on("loaderror", () => {
    window.clearTimeout(patience);
    fail("The card form could not be loaded. Reload this page in a few minutes.");
  });
  // What is typed there is typed in Stripe's frame: this page doesn't hear it.
  for (const kind of ["focus", "blur", "change"]) card.on(kind, () => document.dispatchEvent(new Event("session:use")));
  card.mount("#payment-element");
  dark.addEventListener("change", () => elements.update({ appearance: appearance() }));
  return [elements, card];
}

function start() {
  const stripe = window.Stripe(form.dataset.publishableKey);
  const [elements, card] = mount(stripe);

  let busy = false;
  function goOn() {
    status.textContent = "";
    form.removeAttribute("aria-busy");
    busy = payButton.disabled = false;
  }

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
    const submitted = !error || wasSubmitted(error);
    if (submitted && !(error?.type === "card_error" && (await startAgain()))) {
      window.location.assign(returnUrl());
      return; // still busy: nothing can be confirmed while the next page loads
    }
    goOn();
    if (error.type === "validation_error" || error.type === "card_error") {
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

// Stripe's script, or the frame that it opens, may be slow, or blocked without a word.
const patience = window.setTimeout(() => {
  slow.hidden = false;
}, PATIENCE);
const script = document.createElement("script");
script.addEventListener("load", start);
script.addEventListener("error", () => {
  window.clearTimeout(patience);
  fail("The card form could not be loaded. Check your connection and reload this page.");
});
script.src = form.dataset.stripeJs;
document.head.append(script);
