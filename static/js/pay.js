// The card page: mounts Stripe's elements and confirms the payment once. What became of it is never decided here:
// whenever a card was submitted, the browser goes to the return address and the server asks Stripe.
const page = document.getElementById("pay-ways");
const form = document.getElementById("card-form");
const storedForm = document.getElementById("stored-form");
const otherCard = document.getElementById("other-card");
const wallets = document.getElementById("wallets");
const noWallet = document.getElementById("no-wallet");
const keep = document.getElementById("keep-card");
const payButtons = page.querySelectorAll("#card-pay, #stored-pay");
const status = document.getElementById("card-status");
const errorBox = document.getElementById("card-error");
const unknownBox = document.getElementById("card-unknown");
const slow = document.getElementById("card-slow");
const receipt = document.getElementById("card-receipt");
const PATIENCE = 10_000; // milliseconds
const ASKING = "Asking your bank. This can take a moment: don’t close the page.";
const returnUrl = () => new URL(page.dataset.returnPath, window.location.href).href;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

// Apple Pay is Safari's, on Apple's devices: other browsers there tell their own name.
const isSafari = () =>
  "ApplePaySession" in window && /Apple/.test(navigator.vendor) && !/CriOS|FxiOS|EdgiOS|OPT\//.test(navigator.userAgent);

function styleOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function appearance() {
  return {
    theme: dark.matches ? "night" : "stripe",
    variables: {
      colorPrimary: styleOf("--color-primary"),
      colorBackground: styleOf("--color-surface"),
      colorText: styleOf("--color-text"),
      colorTextSecondary: styleOf("--color-muted"),
      colorTextPlaceholder: styleOf("--color-muted"),
      colorDanger: styleOf("--color-error"),
      colorSuccess: styleOf("--color-success"),
      colorWarning: styleOf("--color-warning"),
      fontFamily: styleOf("--font"),
      fontSizeBase: "16px",
      borderRadius: "8px",
    },
    rules: {
      ".Input": { borderColor: styleOf("--color-line-strong") },
    },
  };
}

function show(box, text) {
  if (text) box.querySelector("span").textContent = text;
  box.hidden = false;
  box.focus();
}

function fail(text) {
  for (const line of document.querySelectorAll("#card-loading, #card-slow")) line.hidden = true;
  show(errorBox, text);
}

// A card was submitted when Stripe tells its error on the PaymentIntent, or the intent has moved on.
function wasSubmitted(error) {
  const intent = error.payment_intent;
  return Boolean(intent && (intent.last_payment_error || intent.status !== "requires_payment_method"));
}

function post(path, fields) {
  return fetch(path, { method: "POST", headers: { "X-CSRFToken": page.dataset.csrf }, body: new URLSearchParams(fields) });
}

// The server asks Stripe what the token is, and says whether it may pay. Undefined: it may.
async function check(token, keeps) {
  const words = keeps ? { keep_words: document.getElementById("keep-words").textContent } : {};
  const answer = await post(page.dataset.checkPath, { token: token.id, ...words });
  if (answer.ok) return undefined;
  if (answer.status === 409) return { type: "over" };
  return { type: "refused", message: (await answer.json()).words };
}

async function charge(stripe, elements, keeps, { client_secret: clientSecret, amount }) {
  let token = null;
  try {
    elements.update({ amount });
    const { error: slip } = await elements.submit();
    if (slip) return slip;
    const { error, confirmationToken } = await stripe.createConfirmationToken({ elements, params: { return_url: returnUrl() } });
    const refusal = error || (await check(confirmationToken, keeps));
    if (refusal) return refusal.type === "api_connection_error" ? { ...refusal, type: "refused" } : refusal;
    token = confirmationToken.id;
  } catch {
    return { type: "refused", message: "We could not be reached. Look at your connection and try again." };
  }
  try {
    const { error } = await stripe.confirmPayment({
      clientSecret,
      confirmParams: { confirmation_token: token, return_url: returnUrl() },
      redirect: "if_required",
    });
    return error;
  } catch {
    return { type: "unknown" };
  }
}

// One charge, or those of a split payment one after the other: the first that fails ends it. How many were made.
async function confirm(stripe, elements, keeps) {
  const charges = JSON.parse(page.dataset.charges);
  for (const [made, one] of charges.entries()) {
    if (charges.length > 1) status.textContent = `Part ${made + 1} of ${charges.length}. ${ASKING}`;
    const error = await charge(stripe, elements, keeps, one);
    if (error) return { error, made };
  }
  return { made: charges.length };
}

// After a slip in the card's details the server starts the attempt that follows, and the card stays in its form.
async function startAgain() {
  try {
    const answer = await post(page.dataset.againPath, {});
    if (!answer.ok) return false;
    const next = await answer.json();
    const paths = { returnPath: next.returned, againPath: next.again, checkPath: next.check };
    Object.assign(page.dataset, { charges: JSON.stringify(next.charges), ...paths });
    if (storedForm) storedForm.action = next.stored;
    window.history.replaceState(null, "", next.pay);
    unknownBox.querySelector("a").href = next.returned;
    receipt.querySelector("span").textContent = next.receipt;
    receipt.hidden = false;
    return true;
  } catch {
    return false;
  }
}

let busy = false;
const ready = new Set(); // buttons whose form is there

function allow(button) {
  if (button) ready.add(button);
  for (const one of payButtons) one.disabled = busy || !ready.has(one);
}

function begin() {
  if (busy) return false;
  busy = true;
  allow();
  errorBox.hidden = true;
  page.setAttribute("aria-busy", "true");
  status.textContent = ASKING;
  return true;
}

function goOn() {
  status.textContent = "";
  page.removeAttribute("aria-busy");
  busy = false;
  allow();
}

function goOnWith(words) {
  goOn();
  show(errorBox, words); // an alert: read out, wherever the focus goes
}

// Pays by what is in an element. Whether the page is left: it stays busy then.
async function pay(stripe, elements, { keeps = false, focus = () => {} } = {}) {
  // Nothing is charged in a session that has ended: its page is left. Without an answer, paying is no worse off.
  if ((await window.popsSession.extend()) === 0) return true;
  const { error, made } = await confirm(stripe, elements, keeps);
  const submitted = made > 0 || error.type === "over" || wasSubmitted(error);
  if (submitted && !(made === 0 && error?.type === "card_error" && (await startAgain()))) {
    window.location.assign(returnUrl());
    return true;
  }
  if (["validation_error", "card_error", "refused"].includes(error.type)) {
    goOnWith(error.message);
    if (error.type === "validation_error") focus();
    return false;
  }
  // Never guess: a lost answer may be a paid one. The only way on is to look.
  goOn();
  page.hidden = document.querySelector(".back-link").hidden = true;
  show(unknownBox);
  return false;
}

// What isn't offered isn't shown: the intent allows the same.
function group(stripe) {
  const { amount, currency } = page.dataset;
  const offered = { mode: "payment", amount: Number(amount), currency, allowedPaymentMethodTypes: ["card"] };
  const elements = stripe.elements({ ...offered, appearance: appearance() });
  dark.addEventListener("change", () => elements.update({ appearance: appearance() }));
  return elements;
}

function hearUse(element) {
  // What is typed there is typed in Stripe's frame: this page doesn't hear it.
  for (const kind of ["focus", "blur", "change"]) element.on(kind, () => document.dispatchEvent(new Event("session:use")));
}

function mountCard(stripe) {
  const loading = document.getElementById("card-loading");
  const elements = group(stripe);
  const never = { applePay: "never", googlePay: "never", link: "never" };
  const card = elements.create("payment", { wallets: never, terms: { card: "never" } });
  card.on("ready", () => {
    window.clearTimeout(patience);
    loading.hidden = slow.hidden = true;
    allow(form.querySelector("button"));
  });
  card.on("loaderror", () => {
    window.clearTimeout(patience);
    fail("The card form could not be loaded. Reload this page in a few minutes.");
  });
  hearUse(card);
  card.mount("#payment-element");
  // Stripe keeps the card only when both know of it: the form here, and the server before it is confirmed.
  keep?.addEventListener("change", () => elements.update({ setupFutureUsage: keep.checked ? "on_session" : null }));
  if (keep) keep.checked = false; // a browser may remember what was ticked on a page before
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.querySelector("button").disabled || !begin()) return;
    pay(stripe, elements, { keeps: Boolean(keep?.checked), focus: () => card.focus() });
  });
}

function mountWallets(stripe) {
  const elements = group(stripe);
  const offered = page.dataset.wallets.split(" ");
  const others = { amazonPay: "never", klarna: "never", link: "never", paypal: "never" };
  const applePay = offered.includes("apple_pay") && isSafari() ? "auto" : "never";
  const googlePay = offered.includes("google_pay") ? "always" : "never";
  const element = elements.create("expressCheckout", {
    paymentMethods: { applePay, googlePay, ...others },
    layout: { maxColumns: 1, maxRows: 2, overflow: "never" },
    buttonHeight: 48,
  });
  const tell = (available) => {
    wallets.classList.toggle("is-shown", available);
    if (noWallet) noWallet.hidden = available;
    if (!form) {
      window.clearTimeout(patience);
      slow.hidden = true;
    }
  };
  element.on("ready", ({ availablePaymentMethods }) => tell(Boolean(availablePaymentMethods)));
  element.on("loaderror", () => tell(false));
  element.on("click", ({ resolve, reject }) => (busy ? reject() : resolve()));
  element.on("confirm", async (event) => {
    if (!begin()) return event.paymentFailed({ reason: "fail" });
    if (!(await pay(stripe, elements))) event.paymentFailed({ reason: "fail" });
    return undefined;
  });
  element.mount("#wallet-element");
}

// A stored card is charged by the server. Only its security code is Stripe's to hear, where it is asked for.
function mountCode(stripe) {
  const box = document.getElementById("code-element");
  if (!box) return null;
  const style = { base: { color: styleOf("--color-text"), fontSize: "16px", "::placeholder": { color: styleOf("--color-muted") } } };
  const code = stripe.elements({ appearance: appearance() }).create("cardCvc", { style });
  hearUse(code);
  code.mount(box);
  return code;
}

async function sendStored(stripe, code) {
  const { error, token } = await stripe.createToken("cvc_update", code);
  if (error) {
    goOnWith(error.message);
    code.focus();
    return;
  }
  storedForm.elements.code_token.value = token.id;
  storedForm.submit();
}

function startStored(stripe) {
  const code = mountCode(stripe);
  allow(document.getElementById("stored-pay"));
  storedForm.addEventListener("submit", (event) => {
    if (!begin()) return event.preventDefault();
    if (!code) return undefined; // sent as it is
    event.preventDefault();
    return sendStored(stripe, code);
  });
}

function start() {
  const stripe = window.Stripe(page.dataset.publishableKey);
  if (wallets) mountWallets(stripe);
  if (storedForm) startStored(stripe);
  if (!otherCard) {
    if (form) mountCard(stripe);
    return;
  }
  window.clearTimeout(patience);
  // Stripe's form measures itself: it is put where it can be seen.
  if (otherCard.open) mountCard(stripe); // opened before Stripe's script was there
  else otherCard.addEventListener("toggle", () => mountCard(stripe), { once: true });
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
script.src = page.dataset.stripeJs;
document.head.append(script);
