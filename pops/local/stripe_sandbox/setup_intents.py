"""SetupIntents: save a card for later without charging it."""

from __future__ import annotations

from urllib.parse import urlencode

from pops.local.stripe_sandbox.confirmation import NOT_AUTHENTICATED
from pops.local.stripe_sandbox.core import Core, render
from pops.local.stripe_sandbox.customers import customer_given
from pops.local.stripe_sandbox.errors import StripeError, no_such, refused
from pops.local.stripe_sandbox.forms import allow, boolean, choice, metadata, required, text
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.payment_intents import USAGES
from pops.local.stripe_sandbox.payment_methods import (
    attach_to,
    card_of,
    decline_fields,
    get_method,
    method_for_intent,
)
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.tokens import spend_confirmation_token
from pops.local.stripe_sandbox.types import Call, Obj

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
REASONS = ("abandoned", "requested_by_customer", "duplicate")
CREATING = (
    "automatic_payment_methods",
    "confirm",
    "customer",
    "description",
    "metadata",
    "payment_method_types",
    "usage",
)
CONFIRMING = (
    "client_secret",
    "confirmation_token",
    "payment_method",
    "payment_method_data",
    "return_url",
    "use_stripe_sdk",
)


def create(core: Core, call: Call) -> Obj:
    allow(call.params, *CREATING, *CONFIRMING)
    id_ = random_id("seti_")
    intent: Obj = {
        "id": id_,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "cancellation_reason": None,
        "client_secret": random_id(f"{id_}_secret_", 31),
        "created": core.timestamp(),
        "customer": customer_given(core, call.params),
        "customer_account": None,
        "description": text(call.params, "description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata(call.params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": choice(call.params, "usage", USAGES) or "off_session",
    }
    core.emit("setup_intent.created", core.store.put(intent), call)
    return confirm_intent(core, intent, call) if boolean(call.params, "confirm") else intent


def get_intent(core: Core, call: Call) -> Obj:
    intent = core.store.find("setup_intent", call.ids[0])
    known = intent and (not call.publishable or required(call.params, "client_secret") == intent["client_secret"])
    if not intent or not known:
        raise no_such("setupintent", call.ids[0], param="intent")
    return intent


def retrieve(core: Core, call: Call) -> Obj:
    return get_intent(core, call)


def list_all(core: Core, call: Call) -> Obj:
    return page(core, "setup_intent", call.params, "/v1/setup_intents", filters=("customer", "payment_method"))


def confirm(core: Core, call: Call) -> Obj:
    allow(call.params, *CONFIRMING)
    return confirm_intent(core, get_intent(core, call), call)


def confirm_intent(core: Core, intent: Obj, call: Call) -> Obj:
    _require_open(intent, "confirm")
    method = method_for_intent(core, intent, spend_confirmation_token(core, intent, call.params))
    if method is None:
        raise _unexpected_state(intent, "You cannot confirm this SetupIntent because it's missing a payment method.")
    intent |= {"payment_method": method["id"], "last_setup_error": None, "next_action": None}
    core.store.put(method)
    card = card_of(method)
    if card.decline and card.attach_fails:
        return _fail(core, intent, method, call)
    if card.authenticate:
        return _ask_to_authenticate(core, intent, call)
    return _succeed(core, intent, method, call)


def _fail(core: Core, intent: Obj, method: Obj, call: Call) -> Obj:
    decline = card_of(method).decline
    if decline:
        fields = decline_fields(decline)
        _back_to_card(core, intent, {"type": "card_error", "message": decline.message, **fields}, call)
        raise StripeError(402, "card_error", decline.message, saved=True, setup_intent=render(intent), **fields)
    return intent


def _back_to_card(core: Core, intent: Obj, error: Obj, call: Call | None) -> None:
    intent |= {"status": "requires_payment_method", "payment_method": None, "last_setup_error": error}
    core.emit("setup_intent.setup_failed", core.store.put(intent), call)


def _ask_to_authenticate(core: Core, intent: Obj, call: Call) -> Obj:
    query = urlencode({"intent": intent["id"], "client_secret": intent["client_secret"]})
    sdk = {"type": "three_d_secure_redirect", "stripe_js": f"{core.url}/3ds?{query}"}
    intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}}
    core.emit("setup_intent.requires_action", core.store.put(intent), call)
    return intent


def authenticate(core: Core, intent: Obj, *, passed: bool) -> Obj:
    """The bank's answer to a 3-D Secure challenge."""
    if intent["status"] != "requires_action":
        raise _unexpected_state(intent, f"This SetupIntent has a status of {intent['status']}.")
    intent["next_action"] = None
    if passed:
        return _succeed(core, intent, get_method(core, intent["payment_method"]), None)
    fields = {"code": "setup_intent_authentication_failure", "message": NOT_AUTHENTICATED}
    _back_to_card(core, intent, {"type": "invalid_request_error", **fields}, None)
    return intent


def _succeed(core: Core, intent: Obj, method: Obj, call: Call | None) -> Obj:
    intent |= {"status": "succeeded", "latest_attempt": random_id("setatt_")}
    core.emit("setup_intent.succeeded", core.store.put(intent), call)
    if intent["customer"]:
        attach_to(core, method, intent["customer"], call)
    return intent


def cancel(core: Core, call: Call) -> Obj:
    allow(call.params, "cancellation_reason")
    intent = get_intent(core, call)
    _require_open(intent, "cancel")
    reason = choice(call.params, "cancellation_reason", REASONS)
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    core.emit("setup_intent.canceled", core.store.put(intent), call)
    return intent


def _require_open(intent: Obj, action: str) -> None:
    if intent["status"] not in OPEN:
        message = f"You cannot {action} this SetupIntent because it has a status of {intent['status']}."
        raise _unexpected_state(intent, message)


def _unexpected_state(intent: Obj, message: str) -> StripeError:
    return refused(message, code="setup_intent_unexpected_state", setup_intent=render(intent))
