"""The sandbox as one object: run it as a program, or inside a test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from pops.local.stripe_sandbox.api import Api, Fault
from pops.local.stripe_sandbox.browser import CORS, Browser
from pops.local.stripe_sandbox.confirmation import authenticate, confirm
from pops.local.stripe_sandbox.core import Core, render
from pops.local.stripe_sandbox.errors import StripeError, unrecognized_url
from pops.local.stripe_sandbox.journal import Journal
from pops.local.stripe_sandbox.payment_methods import renew
from pops.local.stripe_sandbox.server import Server
from pops.local.stripe_sandbox.store import Store
from pops.local.stripe_sandbox.timers import Timers
from pops.local.stripe_sandbox.types import Call, HttpReply, HttpRequest, Obj
from pops.local.stripe_sandbox.wallets import create_wallet_token
from pops.local.stripe_sandbox.webhooks import Webhooks, signature

SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - opens nothing but this sandbox
PUBLISHABLE_KEY = "pk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 - opens nothing but this sandbox


class StripeSandbox:
    """Stripe's test mode on 127.0.0.1. Delays are in seconds; `now` sets `created` times, not the delays.

    Without `data_dir` nothing is kept; without `webhook_url` (it may be set later) no webhook is sent.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        data_dir: Path | str | None = None,
        webhook_url: str = "",
        webhook_secret: str = WEBHOOK_SECRET,
        secret_key: str = SECRET_KEY,
        publishable_key: str = PUBLISHABLE_KEY,
        webhook_delay: float = 0.0,
        webhook_retry: float = 1.0,
        processing_delay: float = 5.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.secret_key, self.publishable_key, self.webhook_secret = secret_key, publishable_key, webhook_secret
        self.now = now
        self._port = port
        self._store = Store(Journal(Path(data_dir) if data_dir else None))
        self._webhooks = Webhooks(webhook_url, webhook_secret, delay=webhook_delay, retry=webhook_retry)
        self._timers = Timers()
        self._core = Core(
            store=self._store,
            now=lambda: self.now(),
            publish=self._webhooks.publish,
            arm=self._timers.arm,
            processing_delay=processing_delay,
            webhooks_on=bool(webhook_url),
        )
        self._api = Api(self._core, secret_key, publishable_key)
        self._browser = Browser(self._core, publishable_key, self.redeliver)
        self._server: Server | None = None

    # Life

    def start(self) -> Self:
        self._server = Server(self._port, self._answer)
        self._port = int(self._server.server_address[1])  # The same port again after stop and start.
        self._core.url = self.url
        self._webhooks.start(self._store)
        self._timers.start(self._core)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None
        self._timers.stop()
        self._webhooks.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def webhook_url(self) -> str:
        return self._webhooks.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        """Send webhooks there from now on; events that happened before stay unsent."""
        self._webhooks.url = url
        self._core.webhooks_on = bool(url)

    def _answer(self, request: HttpRequest) -> HttpReply:
        if request.path.startswith("/v1/") or request.path == "/v1":
            reply = HttpReply(204) if request.method == "OPTIONS" else self._api.handle(request)
            return HttpReply(reply.status, reply.body, reply.content_type, {**reply.headers, **CORS})
        return self._browser.answer(request) or self._unknown(request)

    def _unknown(self, request: HttpRequest) -> HttpReply:
        error = unrecognized_url(request.method, request.path)
        return HttpReply(404, json.dumps({"error": error.fields}).encode())

    # Controls for tests

    @property
    def events(self) -> list[Obj]:
        """All events so far, oldest first."""
        with self._store.lock:
            return [render(event) for event in reversed(self._store.newest_first("event"))]

    def pause_webhooks(self, *, drop: bool = False) -> None:
        """Hold webhooks back until `resume_webhooks`; with `drop` those of the pause are lost."""
        self._webhooks.pause(drop=drop)

    def resume_webhooks(self) -> None:
        self._webhooks.resume()

    def redeliver(self, event_id: str) -> int:
        """Send one event again, now, also while paused. Returns the receiver's HTTP status, 0 if none answered."""
        return self._webhooks.deliver(event_id)

    def wait_for_webhooks(self, timeout: float = 60.0) -> bool:
        """Wait until every event was taken by the receiver; False when time runs out first."""
        for _ in range(int(timeout / 0.02)):
            with self._store.lock:
                if not any(event["pending_webhooks"] for event in self._store.newest_first("event")):
                    return True
            time.sleep(0.02)
        return False

    def sign(self, payload: bytes, timestamp: int | None = None) -> str:
        """A `Stripe-Signature` header for this payload."""
        return signature(self.webhook_secret, payload, int(time.time()) if timestamp is None else timestamp)

    def confirm(
        self,
        payment_intent_id: str,
        *,
        card_number: str = "4242424242424242",
        exp_month: int = 12,
        exp_year: int = 2034,
        cvc: str = "",
        postal_code: str = "12345",
        name: str | None = None,
        wallet: str | None = None,
        save: bool = False,
    ) -> Obj:
        """What the payer's browser does: type a card, pay. Returns the PaymentIntent, also after a decline.

        `wallet` is "apple_pay" or "google_pay"; `save` asks to keep the card for the PaymentIntent's customer.
        """
        cvc = cvc or ("1234" if len(card_number) == 15 else "123")
        card = {"number": card_number, "exp_month": str(exp_month), "exp_year": str(exp_year), "cvc": cvc}
        billing = {"name": name, "address": {"postal_code": postal_code, "country": "US"}}
        data = {"type": "card", "card": card, "billing_details": billing, "allow_redisplay": "always" if save else ""}
        params: Obj = {"payment_method_data": data, "use_stripe_sdk": "true"}
        if save:
            params["setup_future_usage"] = "off_session"
        with self._store.transaction():
            try:
                confirm(self._core, Call(params, (payment_intent_id,)), wallet=wallet)
            except StripeError as error:
                if "payment_intent" not in error.fields:
                    raise
        return self.payment_intent(payment_intent_id)

    def wallet_token(self, wallet: str, *, card_number: str = "4242424242424242") -> Obj:
        """What a payer's browser makes of a click on Apple Pay ("apple_pay") or Google Pay: a ConfirmationToken."""
        with self._store.transaction():
            token: Obj = render(create_wallet_token(self._core, {"wallet": wallet, "number": card_number}))
        return token

    def renew_card(self, payment_method_id: str, *, exp_month: int, exp_year: int) -> None:
        """Give a saved card a new expiry, as the card networks' updater does."""
        with self._store.transaction():
            if method := self._store.find("payment_method", payment_method_id):
                renew(self._core, method, (exp_month, exp_year))

    def authenticate(self, payment_intent_id: str, *, passed: bool = True) -> Obj:
        """Answer the bank's 3-D Secure question for the payer."""
        with self._store.transaction():
            authenticate(self._core, self._find(payment_intent_id), passed=passed)
        return self.payment_intent(payment_intent_id)

    def settle(self, object_id: str) -> bool:
        """End a processing payment, or a pending refund, now; False when nothing was waiting."""
        return self._timers.run_for(object_id)

    def fail_next(
        self, status: int, *, times: int = 1, method: str = "", path: str = "/v1/", executed: bool = False
    ) -> None:
        """Fail the next API requests under `path`, of any method or one; status 0 drops the connection.

        With `executed` the request is carried out first and only its answer is lost: the case that idempotency
        keys are for.
        """
        self._api.faults.append(Fault(status, times, method, path, executed))

    def set_latency(self, seconds: float) -> None:
        """Make every API write take this long, so that requests with one idempotency key really overlap."""
        self._api.latency = seconds

    def payment_intent(self, id_: str) -> Obj:
        with self._store.lock:
            copied: Obj = render(self._find(id_))
        return copied

    def _find(self, id_: str) -> Obj:
        found = self._store.find("payment_intent", id_)
        if found is None:
            raise KeyError(id_)
        return found

    def challenge_url(self, payment_intent_id: str) -> str:
        """The page on which the payer's bank asks."""
        intent = self.payment_intent(payment_intent_id)
        return f"{self.url}/3ds?{urlencode({'intent': intent['id'], 'client_secret': intent['client_secret']})}"
