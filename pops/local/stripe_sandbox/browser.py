"""What browsers fetch: stripe.js, the card form in its iframe, the 3-D Secure page, the dashboard."""

from __future__ import annotations

import hmac
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from pops.local.stripe_sandbox import confirmation, dashboard, setup_intents
from pops.local.stripe_sandbox.cards import CARDS
from pops.local.stripe_sandbox.core import Core, render
from pops.local.stripe_sandbox.errors import StripeError
from pops.local.stripe_sandbox.payment_intents import public
from pops.local.stripe_sandbox.types import HttpReply, HttpRequest, Obj
from pops.local.stripe_sandbox.wallets import create_wallet_token, find_wallets

ASSETS = Path(__file__).parent / "assets"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
STRIPE_JS = re.compile(r"/(stripe\.js|v3/?|\w+/stripe\.js)")
FRAME_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'"
PAGE_POLICY = f"{FRAME_POLICY}; frame-ancestors 'none'"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Version",
    "Access-Control-Expose-Headers": "Request-Id, Idempotent-Replayed, Original-Request",
    "Access-Control-Max-Age": "600",
}
STATIC = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", **CORS}
FRAMES = {"/elements/cvc": "cvc.html", "/elements/wallets": "wallets.html", "/elements/wallet": "wallet.html"}
#: Shown in the form's list of test cards, in this order.
SHOWN_CARDS = (
    "4242424242424242",
    "5555555555554444",
    "378282246310005",
    "4000000000000002",
    "4000000000009995",
    "4000002760003184",
    "4000008400001629",
    "4000000077770008",
    "4000000077771113",
    "4000000077772228",
    "4000000000000259",
    "4000000000005126",
)


class Browser:
    """The pages; `answer` returns None for paths that aren't its own."""

    def __init__(self, core: Core, publishable_key: str, redeliver: Callable[[str], int]) -> None:
        self.core, self.publishable_key, self.redeliver = core, publishable_key, redeliver

    def answer(self, request: HttpRequest) -> HttpReply | None:
        if request.method in ("GET", "HEAD"):
            return self._get(request)
        if request.method == "POST":
            return self._post(request)
        return None

    def _get(self, request: HttpRequest) -> HttpReply | None:
        path, query = request.path, dict(parse_qsl(request.query))
        if STRIPE_JS.fullmatch(path):
            return stripe_js()
        if path.startswith("/assets/"):
            return asset(path.removeprefix("/assets/"))
        if path == "/elements/payment":
            return page((ASSETS / "payment.html").read_text().replace("<!-- test cards -->", card_rows()))
        if path == "/elements/session":
            return self._session(query)
        if path in FRAMES:
            return page((ASSETS / FRAMES[path]).read_text())
        if path == "/3ds":
            return self._challenge(query)
        return self._dashboard(path)

    def _dashboard(self, path: str) -> HttpReply | None:
        with self.core.store.lock:
            if path == "/":
                return page(dashboard.overview(self.core), PAGE_POLICY)
            if path.startswith("/receipts/"):
                receipt = dashboard.receipt(self.core, path.removeprefix("/receipts/"))
                return page(receipt, PAGE_POLICY) if receipt else None
        return None

    def _post(self, request: HttpRequest) -> HttpReply | None:
        if not request.path.startswith(("/dashboard/", "/3ds/", "/elements/")):
            return None
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return HttpReply(403, b"Only from this page", "text/plain")
        form = dict(parse_qsl(request.body))
        if request.path == "/3ds/answer":
            return self._authenticated(form)
        if request.path == "/elements/wallet":
            return self._pay_by_wallet(form)
        if request.path == "/dashboard/refund":
            with self.core.store.transaction():
                message = dashboard.refund(self.core, form)
            return page(message, PAGE_POLICY) if message else HttpReply(303, headers={"Location": "/"})
        if request.path == "/dashboard/card":
            with self.core.store.transaction():
                dashboard.change_card(self.core, form)
            return HttpReply(303, headers={"Location": "/"})
        if request.path == "/dashboard/redeliver" and self.core.store.find("event", form.get("event")):
            self.redeliver(form["event"])
            return HttpReply(303, headers={"Location": "/"})
        return None

    def _intent(self, given: dict[str, str]) -> Obj | None:
        """The intent that the client secret opens."""
        secret = given.get("client_secret", "")
        intent = self.core.store.find_any(secret.partition("_secret_")[0])
        return intent if intent and hmac.compare_digest(str(intent.get("client_secret")), secret) else None

    def _session(self, query: dict[str, str]) -> HttpReply:
        """What the card form needs to know: the intent and, with a CustomerSession, the saved cards.

        With a mode the intent is told only when the payment is confirmed.
        """
        with self.core.store.lock:
            intent, is_deferred = self._intent(query), query.get("mode") == "payment"
            if (intent is None and not is_deferred) or query.get("key") != self.publishable_key:
                return _json(400, {"error": {"type": "invalid_request_error", "message": _refusal(query)}})
            session = self._customer_session(query.get("customer_session", ""))
            features = session["components"]["payment_element"]["features"] if session else {}
            saved = self._saved_cards(session) if features.get("payment_method_redisplay") == "enabled" else []
            shown = public(render(intent)) if intent else None
            wallets = find_wallets(self.core, query.get("domain", ""))
            return _json(200, {"intent": shown, "saved": saved, "features": features, "wallets": wallets})

    def _pay_by_wallet(self, form: dict[str, str]) -> HttpReply:
        """The wallet's sheet was agreed to: its card becomes a ConfirmationToken, as what is typed does."""
        if form.get("key") != self.publishable_key:
            return _json(401, {"error": {"type": "invalid_request_error", "message": "Wrong key."}})
        try:
            with self.core.store.transaction():
                token = render(create_wallet_token(self.core, form))
        except StripeError as error:
            return _json(error.status, {"error": error.fields})
        return _json(200, token)

    def _customer_session(self, secret: str) -> Obj | None:
        sessions = self.core.store.newest_first("customer_session")
        found = next((one for one in sessions if hmac.compare_digest(one["client_secret"], secret)), None)
        return found if found and found["expires_at"] > self.core.now() else None

    def _saved_cards(self, session: Obj | None) -> list[Obj]:
        if session is None:
            return []
        features = session["components"]["payment_element"]["features"]
        shown = features["payment_method_allow_redisplay_filters"]
        cards = [
            render(method)
            for method in self.core.store.newest_first("payment_method")
            if method["customer"] == session["customer"] and method["allow_redisplay"] in shown
        ]
        return cards[: int(features["payment_method_redisplay_limit"])]

    def _challenge(self, query: dict[str, str]) -> HttpReply:
        with self.core.store.lock:
            intent = self._intent(query)
            if intent is None:
                return HttpReply(404, b"No such payment", "text/plain")
            amount = dashboard.money(intent["amount"], intent["currency"]) if "amount" in intent else "Save this card"
            last4 = (
                (self.core.store.find("payment_method", intent["payment_method"]) or {}).get("card", {}).get("last4")
            )
        text = (ASSETS / "3ds.html").read_text()
        return page(text.replace("{amount}", html.escape(amount)).replace("{last4}", str(last4 or "----")))

    def _authenticated(self, form: dict[str, str]) -> HttpReply:
        """The bank's page was answered: go on with the payment, and say where the payer goes from here."""
        with self.core.store.transaction():
            intent = self._intent(form)
            if intent is None or intent["status"] != "requires_action":
                return _json(409, {"error": {"message": "This payment isn't waiting for its bank."}})
            module = confirmation if intent["object"] == "payment_intent" else setup_intents
            module.authenticate(self.core, intent, passed=form.get("outcome") == "complete")
            return_url = intent.get("_return_url")
            back = confirmation.returned_url(intent, return_url) if return_url else None
            return _json(200, {"status": intent["status"], "return_url": back})


def _refusal(query: dict[str, str]) -> str:
    if not query.get("client_secret"):
        return "Missing value for stripe.elements(): clientSecret should be a client secret."
    return "The client secret or the publishable key belongs to no payment of this sandbox."


def card_rows() -> str:
    """The rows of the form's list of test cards."""
    row = '<li><button type="button" class="test-card" data-number="{0}">{1}</button> {2}</li>'
    return "\n".join(row.format(number, grouped(number), html.escape(CARDS[number].label)) for number in SHOWN_CARDS)


def grouped(number: str) -> str:
    if len(number) == 15:
        return f"{number[:4]} {number[4:10]} {number[10:]}"
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def stripe_js() -> HttpReply:
    """The parts as one script, in one function so that the page sees `Stripe` only."""
    parts = "".join((ASSETS / "stripe" / name).read_text() for name in ("frame.js", "elements.js", "stripe.js"))
    script = f'(() => {{\n"use strict";\n{parts}}})();\n'
    return HttpReply(200, script.encode(), f"{TYPES['.js']}; charset=utf-8", STATIC)


def asset(name: str) -> HttpReply | None:
    file = ASSETS / name
    if file.parent != ASSETS or not file.is_file():
        return None
    return HttpReply(200, file.read_bytes(), f"{TYPES[file.suffix]}; charset=utf-8", STATIC)


def page(text: str, policy: str = FRAME_POLICY) -> HttpReply:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpReply(200, text.encode(), "text/html; charset=utf-8", headers)


def _json(status: int, value: Obj) -> HttpReply:
    return HttpReply(status, json.dumps(value).encode(), headers={"Cache-Control": "no-store"})
