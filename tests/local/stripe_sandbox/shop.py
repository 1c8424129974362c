"""A shop that takes a payment by the sandbox's stripe.js, under the product's strict policy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from pops.local.stripe_sandbox import StripeSandbox

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pay</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/page.css"></head>
<body><main><h1>Pay $50.00</h1><form id="pay"><div id="wallets"></div><div id="payment"></div>
<button>Pay $50.00</button></form><p id="result" role="status"></p><ul id="log" hidden></ul></main>
<script src="{sandbox}/clover/stripe.js"></script><script src="/page.js"></script></body></html>"""
STYLE = """:root { color-scheme: light dark } body { font: 16px sans-serif; margin: 16px }
main { max-width: 30rem; margin: auto } button { margin-top: 16px; min-height: 44px; width: 100% }"""
SCRIPT = """
const query = new URLSearchParams(location.search);
const log = (line) => {
  const item = document.createElement("li");
  item.textContent = line;
  document.getElementById("log").append(item);
};
const stripe = Stripe("pk_test_sandbox");
const appearance = JSON.parse(query.get("appearance") || "{}");
const elements = stripe.elements({
  clientSecret: query.get("secret"), customerSessionClientSecret: query.get("session") || undefined, appearance,
});
const wallets = elements.create("expressCheckout");
wallets.on("ready", ({ availablePaymentMethods }) => log(`wallets ${availablePaymentMethods}`));
wallets.mount("#wallets");
const payment = elements.create("payment", { layout: "tabs" });
payment.on("ready", () => log("ready"));
payment.on("change", ({ complete }) => log(`complete ${complete}`));
payment.on("loaderror", ({ error }) => log(`loaderror ${error.message}`));
payment.mount("#payment");
document.getElementById("pay").addEventListener("submit", async (event) => {
  event.preventDefault();
  const result = document.getElementById("result");
  result.textContent = "";
  const { error, paymentIntent } = await stripe.confirmPayment({
    elements, confirmParams: { return_url: `${location.origin}/back?attempt=7` },
    redirect: query.get("redirect") || "always",
  });
  result.textContent = error ? `${error.type} ${error.code}: ${error.message}` : paymentIntent.status;
});
"""


@contextmanager
def open_shop(sandbox: StripeSandbox) -> Iterator[str]:
    """The address of a page as the product serves it: another origin, no inline script or style."""
    policy = (
        f"default-src 'none'; script-src 'self' {sandbox.url}; style-src 'self'; frame-src {sandbox.url}; "
        f"connect-src {sandbox.url}; require-trusted-types-for 'script'"
    )
    files = {"/page.css": ("text/css", STYLE), "/page.js": ("text/javascript", SCRIPT)}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = ("text/html", PAGE.replace("{sandbox}", sandbox.url))
            kind, text = files.get(urlsplit(self.path).path, page)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
