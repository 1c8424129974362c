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

class PaymentElement extends Element {
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
    DARK.addEventListener("change", (this.recolor = () => this.refresh()));
    this.fire("loaderstart");
  }

  detach() {
    DARK.removeEventListener("change", this.recolor);
    this.frame?.remove();
    this.frame = null;
  }

  changed(state) {
    this.parent?.classList.toggle("StripeElement--complete", state.complete);
    this.fire("change", { ...state, collapsed: false });
  }

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

/** No wallet works in the sandbox: ready, with nothing to show. */
class ExpressCheckoutElement extends Element {
  constructor(options) {
    super("expressCheckout", options);
  }

  attach() {
    setTimeout(() => {
      this.fire("ready", { availablePaymentMethods: undefined });
      this.fire("availablepaymentmethodschange", { paymentMethods: undefined });
    });
  }
}
