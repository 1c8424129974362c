"""The HTTP API: keys, routes, idempotency, expansion, errors."""

from __future__ import annotations

import base64
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pops.local.stripe_sandbox import (
    account,
    charges,
    confirmation,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    tokens,
)
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import (
    StripeError,
    injected,
    no_key,
    secret_key_required,
    unrecognized_url,
    wrong_key,
)
from pops.local.stripe_sandbox.forms import boolean, decode
from pops.local.stripe_sandbox.idempotency import Claim, Keys
from pops.local.stripe_sandbox.listing import expanded
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import API_VERSION, Call, HttpReply, HttpRequest, Obj

log = logging.getLogger("stripe_sandbox")
Handler = Callable[[Core, Call], Obj]


def create_payment_intent(core: Core, call: Call) -> Obj:
    """Create, and with `confirm=true` confirm at once; a decline then leaves the PaymentIntent behind, as at Stripe."""
    intent = payment_intents.create(core, call)
    if not boolean(call.params, "confirm"):
        return intent
    rest = {name: value for name, value in call.params.items() if name != "payment_method"}
    return confirmation.confirm_intent(core, intent, replace(call, params=rest))


#: "{}" stands for an id. A leading "+" opens the route to publishable keys.
ROUTES: dict[str, Handler] = {
    "POST /v1/payment_intents": create_payment_intent,
    "GET /v1/payment_intents": payment_intents.list_all,
    "+GET /v1/payment_intents/{}": payment_intents.retrieve,
    "POST /v1/payment_intents/{}": payment_intents.update,
    "+POST /v1/payment_intents/{}/confirm": confirmation.confirm,
    "POST /v1/payment_intents/{}/cancel": payment_intents.cancel,
    "GET /v1/charges": charges.list_all,
    "GET /v1/charges/{}": charges.retrieve,
    "GET /v1/balance_transactions/{}": charges.retrieve_balance_transaction,
    "POST /v1/refunds": refunds.create,
    "GET /v1/refunds": refunds.list_all,
    "GET /v1/refunds/{}": refunds.retrieve,
    "POST /v1/refunds/{}": refunds.update,
    "POST /v1/customers": customers.create,
    "GET /v1/customers": customers.list_all,
    "GET /v1/customers/{}": customers.retrieve,
    "POST /v1/customers/{}": customers.update,
    "GET /v1/customers/{}/payment_methods": payment_methods.list_of_customer,
    "POST /v1/customer_sessions": customers.create_session,
    "+POST /v1/payment_methods": payment_methods.create,
    "GET /v1/payment_methods": payment_methods.list_all,
    "GET /v1/payment_methods/{}": payment_methods.retrieve,
    "POST /v1/payment_methods/{}": payment_methods.update,
    "POST /v1/payment_methods/{}/attach": payment_methods.attach,
    "POST /v1/payment_methods/{}/detach": payment_methods.detach,
    "+POST /v1/confirmation_tokens": tokens.create_confirmation_token,
    "POST /v1/test_helpers/confirmation_tokens": tokens.create_confirmation_token,
    "GET /v1/confirmation_tokens/{}": tokens.retrieve_confirmation_token,
    "+POST /v1/tokens": tokens.create_token,
    "POST /v1/setup_intents": setup_intents.create,
    "GET /v1/setup_intents": setup_intents.list_all,
    "+GET /v1/setup_intents/{}": setup_intents.retrieve,
    "+POST /v1/setup_intents/{}/confirm": setup_intents.confirm,
    "POST /v1/setup_intents/{}/cancel": setup_intents.cancel,
    "GET /v1/events": events.list_all,
    "GET /v1/events/{}": events.retrieve,
    "GET /v1/disputes": disputes.list_all,
    "GET /v1/disputes/{}": disputes.retrieve,
    "GET /v1/account": account.retrieve_account,
    "POST /v1/payment_method_domains": account.create_domain,
    "GET /v1/payment_method_domains": account.list_domains,
    "GET /v1/payment_method_domains/{}": account.retrieve_domain,
    "POST /v1/payment_method_domains/{}": account.update_domain,
    "POST /v1/payment_method_domains/{}/validate": account.validate_domain,
}


@dataclass(frozen=True)
class Route:
    pattern: re.Pattern[str]
    handler: Handler
    publishable: bool


TABLE = [
    Route(re.compile(spec.lstrip("+").replace("{}", r"(\w+)")), handler, spec.startswith("+"))
    for spec, handler in ROUTES.items()
]


@dataclass
class Fault:
    """A failure a test asked for: instead of executing the request, or after it (its answer is lost)."""

    status: int
    times: int
    method: str
    path: str
    executed: bool


@dataclass
class Api:
    """Answers API requests; threads may call it at once. `latency` lengthens every write, in seconds."""

    core: Core
    secret_key: str
    publishable_key: str
    latency: float = 0.0
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keys = Keys(self.core)

    def handle(self, request: HttpRequest) -> HttpReply:
        request_id = random_id("req_", 14)
        try:
            reply = self._answer(request, request_id)
        except StripeError as error:
            reply = _failed(error)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            reply = _failed(injected(500))
        version = request.headers.get("stripe-version", API_VERSION)
        headers = {"Request-Id": request_id, "Stripe-Version": version, **reply.headers}
        return HttpReply(reply.status, reply.body, headers=headers)

    def _answer(self, request: HttpRequest, request_id: str) -> HttpReply:
        params = decode(f"{request.query}&{request.body}")
        key = _key_of(request, params)
        publishable = self._authenticate(key)
        fault = self._fault(request)
        if fault and not fault.executed:
            return _faulty(fault)
        route, ids = _route(request)
        if publishable and not route.publishable:
            raise secret_key_required()
        claim = Claim(key, request, params)
        call = Call(params, ids, publishable, request_id, claim.key or None)
        reply = self._keys.begin(claim) or self._execute(route, call, claim)
        return _faulty(fault) if fault else reply

    def _authenticate(self, key: str) -> bool:
        """Whether it is the publishable key; raises when it is neither."""
        if not key:
            raise no_key()
        if key not in (self.secret_key, self.publishable_key):
            raise wrong_key(key)
        return key == self.publishable_key

    def _fault(self, request: HttpRequest) -> Fault | None:
        with self.core.store.lock:
            for fault in self.faults:
                is_meant = fault.method in ("", request.method) and request.path.startswith(fault.path)
                if fault.times and is_meant:
                    fault.times -= 1
                    return fault
        return None

    def _execute(self, route: Route, call: Call, claim: Claim) -> HttpReply:
        try:
            if self.latency and claim.key:
                time.sleep(self.latency)
            with self.core.store.transaction():
                return self._run(route, call, claim)
        finally:
            self._keys.end(claim)

    def _run(self, route: Route, call: Call, claim: Claim) -> HttpReply:
        """Inside the transaction: execute, and keep the answer under its idempotency key."""
        headers = {"Original-Request": call.request_id, "Idempotency-Key": claim.key} if claim.key else {}
        try:
            answer = route.handler(self.core, call)
            answer = expanded(self.core, answer, call.params)
            shown = payment_intents.public(answer) if call.publishable else answer
            reply = HttpReply(200, _json(shown), headers=headers)
        except StripeError as error:
            reply = HttpReply(error.status, _failed(error).body, headers=headers)
            if not error.saved:
                return reply
        self._keys.save(claim, reply)
        return reply


def _key_of(request: HttpRequest, params: Obj) -> str:
    """From `Authorization: Bearer`, from Basic (as the user name), or stripe.js's `key` parameter."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        return base64.b64decode(value + "==").decode(errors="replace").partition(":")[0]
    return str(params.get("key", ""))


def _route(request: HttpRequest) -> tuple[Route, tuple[str, ...]]:
    line = f"{request.method} {request.path}"
    for route in TABLE:
        if match := route.pattern.fullmatch(line):
            return route, match.groups()
    raise unrecognized_url(request.method, request.path)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


def _failed(error: StripeError) -> HttpReply:
    return HttpReply(error.status, _json({"error": error.fields}))


def _faulty(fault: Fault) -> HttpReply:
    return _failed(injected(fault.status)) if fault.status else HttpReply(0)
