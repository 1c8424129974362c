"""From a confirmed PaymentIntent to its outcome: 3-D Secure, the charge, processing, declines."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn
from urllib.parse import urlencode

from pops.local.stripe_sandbox.cards import AUTHENTICATION_REQUIRED, FUNDS, GENERIC, Card, Decline
from pops.local.stripe_sandbox.charges import fail, new_charge, succeed
from pops.local.stripe_sandbox.core import Core, render
from pops.local.stripe_sandbox.disputes import open_dispute
from pops.local.stripe_sandbox.errors import StripeError
from pops.local.stripe_sandbox.forms import allow, boolean, choice, email, mapping, text
from pops.local.stripe_sandbox.payment_intents import CONFIRMING, USAGES, get_intent, unexpected_state
from pops.local.stripe_sandbox.payment_methods import attach_to, card_of, decline_fields, get_method, method_for_intent
from pops.local.stripe_sandbox.tokens import check_code, spend_confirmation_token
from pops.local.stripe_sandbox.types import Call, Obj

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
FROM_BROWSER = ("client_secret", "confirmation_token", "expected_payment_method_type", "mandate_data")
PARAMS = ("payment_method", "payment_method_options", "receipt_email", "setup_future_usage", "shipping")
NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def confirm(core: Core, call: Call, *, wallet: str | None = None) -> Obj:
    """Try to take the payment. Raises the card error of a decline; the PaymentIntent then awaits another card."""
    allow(call.params, *PARAMS, *CONFIRMING, *FROM_BROWSER)
    return confirm_intent(core, get_intent(core, call), call, wallet=wallet)


def confirm_intent(core: Core, intent: Obj, call: Call, *, wallet: str | None = None) -> Obj:
    _check_confirmable(intent)
    params = spend_confirmation_token(core, intent, call.params)
    call = replace(call, params=params)
    method = method_for_intent(core, intent, params, wallet=wallet)
    if method is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken."
        )
        raise unexpected_state(intent, message)
    check_code(core, intent, method, params)
    _apply(intent, params)
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None, "processing": None}
    method["_spent"] = intent["id"]  # Unless saved for a customer, a PaymentMethod is used once.
    core.store.put(method)
    if _must_authenticate(card_of(method), method, params):
        return _ask_to_authenticate(core, intent, method, call)
    _charge(core, intent, method, call)
    return intent


def _check_confirmable(intent: Obj) -> None:
    if intent["status"] in CONFIRMABLE:
        return
    message = (
        f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
        "with one of the following statuses may be confirmed: requires_confirmation, requires_action."
    )
    if intent["status"] == "succeeded":
        message = (
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        )
    raise unexpected_state(intent, message)


def _apply(intent: Obj, params: Obj) -> None:
    given = {
        "setup_future_usage": choice(params, "setup_future_usage", USAGES),
        "receipt_email": email(params, "receipt_email"),
        "shipping": mapping(params, "shipping"),
    }
    intent |= {name: value for name, value in given.items() if value}
    intent["_return_url"] = text(params, "return_url")


def _must_authenticate(card: Card, method: Obj, params: Obj) -> bool:
    saved_off_session = bool(method["customer"]) and params.get("off_session") == "true"
    return card.authenticate == "always" or (card.authenticate == "unless_saved" and not saved_off_session)


def _ask_to_authenticate(core: Core, intent: Obj, method: Obj, call: Call) -> Obj:
    params = call.params
    if params.get("off_session") == "true":
        _decline(core, intent, method, AUTHENTICATION_REQUIRED, call)
    if boolean(params, "error_on_requires_action"):
        unhandled = Decline("authentication_required", "authentication_not_handled", AUTHENTICATION_REQUIRED.message)
        _decline(core, intent, method, unhandled, call)
    intent |= {"status": "requires_action", "next_action": _next_action(core, intent, params)}
    core.emit("payment_intent.requires_action", core.store.put(intent), call)
    return intent


def _next_action(core: Core, intent: Obj, params: Obj) -> Obj:
    """stripe.js opens its own window; everyone else is sent to a page of the bank."""
    query = urlencode({"intent": intent["id"], "client_secret": intent["client_secret"]})
    url = f"{core.url}/3ds?{query}"
    if boolean(params, "use_stripe_sdk") or not intent["_return_url"]:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": intent["_return_url"], "url": url}}


def authenticate(core: Core, intent: Obj, *, passed: bool) -> Obj:
    """The bank's answer to a 3-D Secure challenge; declines are kept in the PaymentIntent, not raised."""
    if intent["status"] != "requires_action":
        raise unexpected_state(intent, f"This PaymentIntent has a status of {intent['status']}.")
    method = get_method(core, intent["payment_method"])
    intent["next_action"] = None
    if passed:
        try:
            _charge(core, intent, method, None, authenticated=True)
        except StripeError:
            return intent
    else:
        fields = {"code": "payment_intent_authentication_failure", "message": NOT_AUTHENTICATED}
        _back_to_card(core, intent, method, {"type": "invalid_request_error", **fields}, None)
    return intent


def _charge(core: Core, intent: Obj, method: Obj, call: Call | None, *, authenticated: bool = False) -> None:
    card = card_of(method)
    if decline := card.decline or _used_up(core, card):
        _decline(core, intent, method, decline, call, authenticated=authenticated)
    charge = new_charge(core, intent, method, authenticated=authenticated)
    intent["latest_charge"] = charge["id"]
    if card.processing:
        intent |= {"status": "processing", "processing": {"type": "card", "card": {}}}
        core.emit("charge.pending", charge, call)
        core.emit("payment_intent.processing", core.store.put(intent), call)
        core.later("settle_payment", intent["id"])
    else:
        _succeed(core, intent, charge, method, call)


def _used_up(core: Core, card: Card) -> Decline | None:
    """The decline of each second charge of a card that does so."""
    charges = core.store.newest_first("charge") if card.every_other else []
    made = sum(one["payment_method_details"]["card"]["fingerprint"] == card.fingerprint for one in charges)
    return FUNDS if made % 2 else None


def _succeed(core: Core, intent: Obj, charge: Obj, method: Obj, call: Call | None) -> None:
    succeed(core, charge, call)
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "processing": None}
    core.emit("payment_intent.succeeded", core.store.put(intent), call)
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(core, method, intent["customer"], call)
    if reason := card_of(method).dispute:
        open_dispute(core, charge, reason)


def _decline(
    core: Core, intent: Obj, method: Obj, decline: Decline, call: Call | None, *, authenticated: bool = False
) -> NoReturn:
    """Always raises: the attempt's failed charge is kept, the PaymentIntent awaits another card."""
    charge = new_charge(core, intent, method, authenticated=authenticated)
    intent["latest_charge"] = charge["id"]
    fail(core, charge, card_of(method), decline, call)
    _fail_payment(core, intent, charge, method, decline, call)
    error = {name: value for name, value in intent["last_payment_error"].items() if name not in ("type", "message")}
    raise StripeError(402, "card_error", decline.message, saved=True, payment_intent=render(intent), **error)


def _fail_payment(core: Core, intent: Obj, charge: Obj, method: Obj, decline: Decline, call: Call | None) -> None:
    fields = decline_fields(decline)
    error = {"type": "card_error", "message": decline.message, "charge": charge["id"], **fields}
    _back_to_card(core, intent, method, error, call)


def _back_to_card(core: Core, intent: Obj, method: Obj, error: Obj, call: Call | None) -> None:
    doc_url = "https://docs.stripe.com/error-codes/" + str(error["code"]).replace("_", "-")
    kept = {name: value for name, value in error.items() if value is not None}
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "processing": None,
        "last_payment_error": {**kept, "doc_url": doc_url, "payment_method": render(method)},
    }
    core.emit("payment_intent.payment_failed", core.store.put(intent), call)


def settle_payment(core: Core, intent_id: str) -> None:
    """The delayed end of a `processing` payment."""
    intent = core.store.find("payment_intent", intent_id)
    if intent is None or intent["status"] != "processing":
        return
    charge = core.store.find("charge", intent["latest_charge"])
    method = get_method(core, intent["payment_method"])
    card = card_of(method)
    if charge and card.processing == "succeeds":
        _succeed(core, intent, charge, method, None)
    elif charge:
        fail(core, charge, card, GENERIC, None)
        _fail_payment(core, intent, charge, method, GENERIC, None)


def returned_url(intent: Obj, return_url: str) -> str:
    """Where the payer lands, with the parameters Stripe adds."""
    status = {"succeeded": "succeeded", "processing": "pending"}.get(intent["status"], "failed")
    added = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": status,
        }
    )
    return f"{return_url}{'&' if '?' in return_url else '?'}{added}"
