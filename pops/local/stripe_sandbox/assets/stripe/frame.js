// stripe.js, part 1 of 3: iframes of the sandbox and what is said to them.
// The parts are served as one script (see browser.py) inside one function. It is written for pages with a strict
// Content-Security-Policy: no inline style, no <style>, no eval. Card data stays in the iframe, which has the sandbox's
// origin; the page only hears about it by postMessage.

const ORIGIN = new URL(document.currentScript.src).origin;
const REDIRECT_STATUS = { succeeded: "succeeded", processing: "pending" };
const DARK = window.matchMedia("(prefers-color-scheme: dark)");
const NOT_MOUNTED = "Your code should mount the Payment Element before calling this method.";

// What is mounted: a payment that is confirmed by a token is told to the forms that are open.
const CARD_FRAMES = new Set();
const WALLET_ELEMENTS = new Set();

const failure = (message, code) => ({ error: { type: "invalid_request_error", message, code } });

/** Styles by CSSOM: a strict style-src forbids style attributes in markup, not this. */
const styled = (node, styles) => {
  for (const [name, value] of Object.entries(styles)) node.style[name] = value;
  return node;
};

/** Whether the page is dark where the element stands: by its color-scheme property, not by guessing. */
const schemeOf = (node) => {
  const schemes = getComputedStyle(node).colorScheme;
  return schemes.includes("dark") && (DARK.matches || !schemes.includes("light")) ? "dark" : "light";
};

async function api(path, query, request) {
  try {
    const answer = await fetch(`${ORIGIN}${path}?${new URLSearchParams(query)}`, request);
    return await answer.json();
  } catch {
    return { error: { type: "api_connection_error", message: "We couldn't reach Stripe. Check your connection." } };
  }
}

/** One iframe of the sandbox: sends it messages, hears its answers and its events. */
class Frame {
  constructor(path, query, title) {
    const parent = new URLSearchParams({ ...query, parent: location.origin });
    this.node = styled(document.createElement("iframe"), { border: "0", display: "block" });
    this.node.title = title;
    this.node.allow = "payment *";
    this.node.src = `${ORIGIN}${path}?${parent}`;
    this.handlers = {};
    this.waiting = new Map();
    this.sent = 0;
    this.hello = new Promise((resolve) => { this.greeted = resolve; }); // nobody listens in it before its script runs
    this.listen = (event) => this.receive(event);
    window.addEventListener("message", this.listen);
  }

  receive(event) {
    if (event.origin !== ORIGIN || event.source !== this.node.contentWindow) return;
    const { type, number, payload } = event.data;
    if (type === "hello") this.greeted();
    if (type === "reply") {
      this.waiting.get(number)?.(payload);
      this.waiting.delete(number);
    } else {
      this.handlers[type]?.(payload);
    }
  }

  send(type, payload) {
    this.node.contentWindow?.postMessage({ type, payload }, ORIGIN);
  }

  ask(type, payload) {
    const number = (this.sent += 1);
    return new Promise((resolve) => {
      this.waiting.set(number, resolve);
      this.hello.then(() => this.node.contentWindow?.postMessage({ type, number, payload }, ORIGIN));
    });
  }

  remove() {
    window.removeEventListener("message", this.listen);
    this.node.remove();
  }
}

/** A frame in a window over the page, as the bank's question and a wallet's sheet are shown in. */
function openDialog(path, query, title) {
  const before = document.activeElement;
  const frame = new Frame(path, query, title);
  const dialog = styled(document.createElement("dialog"), {
    width: "100vw", height: "100dvh", maxWidth: "none", maxHeight: "none", padding: "0", border: "0",
    background: "rgba(10, 18, 32, 0.6)", overflow: "hidden",
  });
  styled(frame.node, { width: "100%", height: "100%", colorScheme: "light dark" });
  dialog.setAttribute("aria-label", title);
  dialog.append(frame.node);
  const opened = {
    frame,
    onCancel() {},
    close() {
      frame.remove();
      dialog.remove();
      before?.focus?.();
    },
  };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    opened.onCancel();
  });
  document.body.append(dialog);
  dialog.showModal();
  return opened;
}
