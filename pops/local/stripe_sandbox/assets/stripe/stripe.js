// stripe.js, part 3 of 3: Stripe() itself: confirm a payment, ask the bank, go back to the page.

class Elements {
  constructor(stripe, options) {
    this.stripe = stripe;
    this.options = options || {};
    this.elements = new Map();
  }

  create(type, options) {
    if (this.getElement(type)) throw new Error(`Can only create one Element of type ${type} in an Elements group.`);
    const made = {
      payment: () => new PaymentElement(this, options),
      expressCheckout: () => new ExpressCheckoutElement(this, options),
      cardCvc: () => new CardCvcElement(options),
    };
    if (!made[type]) throw new Error(`The sandbox has no element "${type}".`);
    const element = made[type]();
    this.elements.set(type, element);
    return element;
  }

  getElement(type) {
    const element = this.elements.get(type);
    return element && !element.destroyed ? element : null;
  }

  update(options) {
    Object.assign(this.options, options);
    this.getElement("payment")?.refresh();
  }

  async submit() {
    if (this.getElement("expressCheckout")?.sheet) return {};
    const frame = this.getElement("payment")?.frame;
    return frame ? frame.ask("submit") : failure(NOT_MOUNTED);
  }

  async fetchUpdates() {
    this.getElement("payment")?.refresh();
    return {};
  }

  settings(elementOptions) {
    return {
      key: this.stripe.key,
      clientSecret: this.options.clientSecret,
      mode: this.options.mode,
      setupFutureUsage: this.options.setupFutureUsage || undefined,
      customerSession: this.options.customerSessionClientSecret,
      appearance: this.options.appearance || {},
      locale: this.options.locale,
      options: JSON.parse(JSON.stringify(elementOptions)),
    };
  }
}

/** The bank's question in a window over the page. Resolves once it was answered. */
function challenge(url) {
  return new Promise((resolve) => {
    const query = Object.fromEntries(new URL(url).searchParams);
    const dialog = openDialog("/3ds", query, "Your bank's security check");
    dialog.onCancel = () => dialog.frame.send("cancel"); // Escape answers "fail", as closing Stripe's window does.
    dialog.frame.handlers.hello = () => dialog.frame.node.focus();
    dialog.frame.handlers.answered = () => {
      dialog.close();
      resolve();
    };
  });
}

class StripeStandIn {
  constructor(key, options) {
    this.key = key;
    this.locale = options?.locale;
  }

  elements(options) {
    return new Elements(this, { locale: this.locale, ...options });
  }

  async retrievePaymentIntent(clientSecret) {
    const id = String(clientSecret).split("_secret_")[0];
    const answer = await api(`/v1/payment_intents/${id}`, { key: this.key, client_secret: clientSecret });
    return answer.error ? { error: answer.error } : { paymentIntent: answer };
  }

  async handleNextAction({ clientSecret }) {
    const found = await this.retrievePaymentIntent(clientSecret);
    if (found.error || found.paymentIntent.status !== "requires_action") return found;
    return this.authenticate(found.paymentIntent);
  }

  async authenticate(intent) {
    const action = intent.next_action;
    await challenge(action.use_stripe_sdk?.stripe_js || action.redirect_to_url.url);
    const after = await this.retrievePaymentIntent(intent.client_secret);
    const error = after.paymentIntent?.last_payment_error;
    if (error) return { error: { ...error, payment_intent: after.paymentIntent } };
    return after;
  }

  /** What was typed, or chosen in a wallet's sheet, as a token that confirms a payment once. */
  async createConfirmationToken({ elements, params = {} }) {
    const invalid = await elements.submit();
    if (invalid.error) return { error: invalid.error };
    const sheet = elements.getElement("expressCheckout")?.sheet;
    const { setupFutureUsage } = elements.options;
    if (sheet) {
      return sheet.frame.ask("token", { key: this.key, return_url: params.return_url, setup_future_usage: setupFutureUsage });
    }
    return elements.getElement("payment").frame.ask("token", { ...params, setup_future_usage: setupFutureUsage });
  }

  /** The security code of a saved card, as a token. */
  async createToken(type, element) {
    if (type !== "cvc_update" || !element?.frame) return failure("The sandbox makes tokens of security codes only.");
    return element.frame.ask("token", { key: this.key });
  }

  async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" }) {
    if (redirect === "always" && !confirmParams.return_url) {
      throw new Error("confirmPayment: the confirmParams.return_url parameter is required.");
    }
    const secret = clientSecret || elements?.options.clientSecret;
    let result = confirmParams.confirmation_token
      ? await this.confirmByToken(secret, confirmParams)
      : await this.confirmByElements(elements, secret, confirmParams);
    for (const element of WALLET_ELEMENTS) element.close();
    if (result.paymentIntent?.status === "requires_action") result = await this.authenticate(result.paymentIntent);
    if (result.error || redirect === "if_required") return result;
    return this.leave(result.paymentIntent, confirmParams.return_url);
  }

  async confirmByElements(elements, clientSecret, confirmParams) {
    if (!elements) return failure(NOT_MOUNTED);
    const invalid = await elements.submit();
    if (invalid.error) return { error: invalid.error };
    return elements.getElement("payment").frame.ask("confirm", { clientSecret, confirmParams });
  }

  async confirmByToken(clientSecret, { confirmation_token, return_url }) {
    const id = String(clientSecret).split("_secret_")[0];
    const given = { confirmation_token, client_secret: clientSecret, key: this.key, use_stripe_sdk: "true" };
    const body = new URLSearchParams(return_url ? { ...given, return_url } : given);
    const answer = await api(`/v1/payment_intents/${id}/confirm`, {}, { method: "POST", body });
    if (!answer.error) return { paymentIntent: answer };
    for (const frame of CARD_FRAMES) frame.send("decline", answer.error);
    return { error: answer.error };
  }

  /** To the return_url, with the parameters Stripe adds. The promise stays open, as the page goes away. */
  leave(intent, returnUrl) {
    const url = new URL(returnUrl);
    url.searchParams.set("payment_intent", intent.id);
    url.searchParams.set("payment_intent_client_secret", intent.client_secret);
    url.searchParams.set("redirect_status", REDIRECT_STATUS[intent.status] || "failed");
    location.assign(url);
    return new Promise(() => {});
  }

  registerAppInfo() {}
}

window.Stripe = (key, options) => {
  if (!/^pk_/.test(key || "")) throw new Error("Please call Stripe() with your publishable key.");
  return new StripeStandIn(key, options);
};
window.Stripe.version = "sandbox";
