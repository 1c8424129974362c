// stripe.js, part 2 of 3: the elements that a page mounts.

/** What every element can do: listeners, mounting, unmounting. */
class Element {
  constructor(type, options) {
    this.type = type;
    this.options = options || {};
    this.listeners = {};
  }

  on(name, listener) {
    (this.listeners[name] ||= []).push(listener);
    return this;
  }

  off(name, listener) {
    this.listeners[name] = (this.listeners[name] || []).filter((one) => listener && one !== listener);
    return this;
  }

  once(name, listener) {
    const first = (event) => {
      this.off(name, first);
      listener(event);
    };
    return this.on(name, first);
  }

  fire(name, event) {
    for (const listener of [...(this.listeners[name] || [])]) listener({ elementType: this.type, ...event });
  }

  mount(where) {
    const node = typeof where === "string" ? document.querySelector(where) : where;
    if (!node) throw new Error(`The selector you specified (${where}) applies to no DOM elements on the page.`);
    node.replaceChildren();
    node.classList.add("StripeElement");
    this.parent = node;
    this.attach(node);
    return this;
  }

  unmount() {
    this.detach();
    this.parent?.classList.remove("StripeElement", "StripeElement--focus", "StripeElement--complete");
    this.parent = null;
  }

  destroy() {
    this.unmount();
    this.listeners = {};
    this.destroyed = true;
  }

  attach() {}
  detach() {}
  focus() {}
  blur() {}
  clear() {}
  collapse() {}
  update(options) {
    Object.assign(this.options, options);
  }
}

// One that is typed into, in a frame of its own.
class FieldElement extends Element {
  focused(on) {
    this.parent?.classList.toggle("StripeElement--focus", on);
    this.fire(on ? "focus" : "blur");
  }

  focus() {
    this.frame?.node.focus();
    this.frame?.send("focus");
  }

  clear() {
    this.frame?.send("clear");
  }
}

class PaymentElement extends FieldElement {
  constructor(group, options) {
    super("payment", options);
    this.group = group;
  }

  attach(node) {
    const frame = (this.frame = new Frame("/elements/payment", {}, "Secure payment input frame"));
    styled(frame.node, { width: "calc(100% + 8px)", margin: "-4px", height: "0" });
    frame.handlers = {
      hello: () => frame.send("init", this.settings()),
      scheme: (scheme) => styled(frame.node, { colorScheme: scheme }), // Equal schemes keep the iframe transparent.
      resize: ({ height }) => styled(frame.node, { height: `${height}px` }),
      ready: () => this.fire("ready"),
      loaderror: (error) => this.fire("loaderror", { error }),
      change: (state) => this.changed(state),
      focus: () => this.focused(true),
      blur: () => this.focused(false),
      escape: () => this.fire("escape"),
      enter: () => this.parent.closest("form")?.requestSubmit(),
    };
    node.append(frame.node);
    CARD_FRAMES.add(frame);
    DARK.addEventListener("change", (this.recolor = () => this.refresh()));
    this.fire("loaderstart");
  }

  detach() {
    DARK.removeEventListener("change", this.recolor);
    CARD_FRAMES.delete(this.frame);
    this.frame?.remove();
    this.frame = null;
  }

  changed(state) {
    this.parent?.classList.toggle("StripeElement--complete", state.complete);
    this.fire("change", { ...state, collapsed: false });
  }

  update(options) {
    super.update(options);
    this.refresh();
  }

  settings() {
    return { ...this.group.settings(this.options), scheme: schemeOf(this.parent) };
  }

  refresh() {
    this.frame?.send("update", this.settings());
  }
}

/** The wallets that this browser can: Apple Pay is Safari's, on Apple's devices. */
const canPayBy = {
  apple_pay: (asked) => asked !== "never" && Boolean(window.ApplePaySession?.canMakePayments()),
  google_pay: (asked) => asked === "always" || (asked !== "never" && Boolean(window.chrome)),
};
const ASKED = { apple_pay: "applePay", google_pay: "googlePay" };

/** Wallet buttons. A click opens the wallet's sheet; when the payer agrees there, the page confirms the payment. */
class ExpressCheckoutElement extends Element {
  constructor(group, options) {
    super("expressCheckout", options);
    this.group = group;
  }

  attach(node) {
    const frame = (this.frame = new Frame("/elements/wallets", {}, "Secure express checkout frame"));
    styled(frame.node, { width: "calc(100% + 8px)", margin: "-4px", height: "0" });
    frame.handlers = {
      hello: () => frame.send("init", this.settings()),
      scheme: (scheme) => styled(frame.node, { colorScheme: scheme }),
      resize: ({ height }) => styled(frame.node, { height: `${height}px` }),
      shown: (wallets) => this.tellShown(wallets),
      loaderror: (error) => this.fire("loaderror", { error }),
      focus: () => this.fire("focus"),
      click: (wallet) => this.clicked(wallet),
    };
    node.append(frame.node);
  }

  detach() {
    this.frame?.remove();
    this.frame = null;
  }

  settings() {
    const asked = this.options.paymentMethods || {};
    const wanted = Object.keys(canPayBy).filter((wallet) => canPayBy[wallet](asked[ASKED[wallet]] || "auto"));
    return { ...this.group.settings({}), wanted, scheme: schemeOf(this.parent) };
  }

  tellShown(wallets) {
    const shown = Object.fromEntries(Object.values(ASKED).map((name) => [name, false]));
    for (const wallet of wallets) shown[ASKED[wallet]] = true;
    const available = wallets.length ? { ...shown, amazonPay: false, klarna: false, link: false, paypal: false } : undefined;
    this.fire("ready", { availablePaymentMethods: available });
    this.fire("availablepaymentmethodschange", { paymentMethods: available });
  }

  clicked(wallet) {
    let answered = false;
    const answer = (opens) => () => {
      if (!answered && opens) this.open(wallet);
      answered = true;
    };
    const [resolve, reject] = [answer(true), answer(false)];
    this.fire("click", { expressPaymentType: wallet, resolve, reject });
    if (!this.listeners.click?.length) resolve();
  }

  /** The sheet stays until the payment is confirmed, or the page says that it failed. */
  open(wallet) {
    const sheet = (this.sheet = openDialog("/elements/wallet", {}, "Your wallet"));
    WALLET_ELEMENTS.add(this);
    sheet.frame.handlers = {
      hello: () => sheet.frame.send("init", { wallet, amount: this.group.options.amount || 0 }),
      cancel: () => {
        this.close();
        this.fire("cancel");
      },
      pay: () => this.fire("confirm", { expressPaymentType: wallet, billingDetails: {}, paymentFailed: () => this.close() }),
    };
    sheet.onCancel = sheet.frame.handlers.cancel;
  }

  close() {
    this.sheet?.close();
    this.sheet = null;
    WALLET_ELEMENTS.delete(this);
  }
}

/** The security code of a saved card. */
class CardCvcElement extends FieldElement {
  constructor(options) {
    super("cardCvc", options);
  }

  attach(node) {
    const frame = (this.frame = new Frame("/elements/cvc", {}, "Secure CVC input frame"));
    styled(frame.node, { width: "100%", height: "1.5em" });
    frame.handlers = {
      hello: () => frame.send("init", { scheme: schemeOf(this.parent) }),
      scheme: (scheme) => styled(frame.node, { colorScheme: scheme }),
      ready: () => this.fire("ready"),
      change: (state) => this.fire("change", state),
      focus: () => this.focused(true),
      blur: () => this.focused(false),
      escape: () => this.fire("escape"),
      enter: () => this.parent.closest("form")?.requestSubmit(),
    };
    node.append(frame.node);
  }

  detach() {
    this.frame?.remove();
    this.frame = null;
  }
}
