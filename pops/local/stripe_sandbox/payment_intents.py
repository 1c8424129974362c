"""PaymentIntents up to their confirmation: create, change, find, cancel."""

from __future__ import annotations

from pops.local.stripe_sandbox.amounts import checked_amount, checked_currency
from pops.local.stripe_sandbox.core import Core, render
from pops.local.stripe_sandbox.customers import customer_given
from pops.local.stripe_sandbox.errors import StripeError, invalid, no_such, refused
from pops.local.stripe_sandbox.forms import (
    allow,
    boolean,
    choice,
    email,
    mapping,
    metadata,
    required,
    text,
)
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.payment_methods import get_method
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

UPDATABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "processing")
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
USAGES = ("on_session", "off_session")
EDITABLE = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "payment_method",
    "payment_method_options",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor_suffix",
    "transfer_group",
)
CONFIRMING = ("error_on_requires_action", "off_session", "payment_method_data", "return_url", "use_stripe_sdk")
CREATING = ("allowed_payment_method_types", "automatic_payment_methods", "capture_method", "confirm")
#: What stripe.js may see with a publishable key: no metadata, no customer, no charge.
PUBLIC = (
    "id",
    "object",
    "allowed_payment_method_types",
    "amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "source",
    "status",
)


def create(core: Core, call: Call) -> Obj:
    """An unconfirmed PaymentIntent. With `confirm=true` the route confirms it next."""
    params = call.params
    _refuse_types(params)
    allow(params, *EDITABLE, *CREATING, *(CONFIRMING if boolean(params, "confirm") else ()))
    currency = checked_currency(params)
    intent = _blank(core, checked_amount(params, currency), currency)
    intent["automatic_payment_methods"] = _automatic(params)
    intent["allowed_payment_method_types"] = params.get("allowed_payment_method_types")
    _check_types(params)
    _apply(core, intent, params)
    core.emit("payment_intent.created", core.store.put(intent), call)
    return intent


def _blank(core: Core, amount: int, currency: str) -> Obj:
    id_ = random_id("pi_")
    return {
        "id": id_,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": random_id(f"{id_}_secret_", 25),
        "confirmation_method": "automatic",
        "created": core.timestamp(),
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def _automatic(params: Obj) -> Obj | None:
    """Automatic payment methods are Stripe's default unless those allowed are named."""
    given = mapping(params, "automatic_payment_methods")
    if "allowed_payment_method_types" in params:
        if given.get("enabled") == "true":
            raise invalid(
                "You may only specify one of these parameters: allowed_payment_method_types, automatic_payment_methods."
            )
        return None
    return {
        "allow_redirects": given.get("allow_redirects", "always"),
        "enabled": given.get("enabled", "true") == "true",
    }


def _refuse_types(params: Obj) -> None:
    """Stripe takes them no more, since 2026-09-30.endive."""
    if "payment_method_types" in params:
        raise invalid(
            "payment_method_types can't be set any more: use allowed_payment_method_types.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )


def _check_types(params: Obj) -> None:
    if params.get("allowed_payment_method_types", ["card"]) != ["card"]:
        raise invalid("The sandbox takes the payment method type card only.", param="allowed_payment_method_types")
    if params.get("capture_method", "automatic_async") not in ("automatic", "automatic_async"):
        raise invalid(
            "The sandbox captures automatically: capture_method manual isn't simulated.", param="capture_method"
        )


def _apply(core: Core, intent: Obj, params: Obj) -> None:
    """Set every editable field the request names."""
    for name in ("description", "transfer_group"):
        if name in params:
            intent[name] = text(params, name)
    if "statement_descriptor_suffix" in params:
        intent["statement_descriptor_suffix"] = text(params, "statement_descriptor_suffix", longest=22)
    if "receipt_email" in params:
        intent["receipt_email"] = email(params, "receipt_email")
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = choice(params, "setup_future_usage", USAGES)
    if "shipping" in params:
        intent["shipping"] = mapping(params, "shipping") or None
    intent["payment_method_options"] = _options(intent["payment_method_options"], params)
    intent["metadata"] = metadata(params, intent["metadata"])
    intent["customer"] = customer_given(core, params) or intent["customer"]
    if method := text(params, "payment_method"):
        intent["payment_method"] = get_method(core, method, status=400)["id"]
        intent["status"] = "requires_confirmation"


def _options(before: Obj, params: Obj) -> Obj:
    """What is asked of a card; its security code comes with the confirmation alone."""
    card = mapping(mapping(params, "payment_method_options"), "card")
    allow(card, "request_three_d_secure", "require_cvc_recollection")
    after = {**before["card"], **card}
    if "require_cvc_recollection" in card:
        after["require_cvc_recollection"] = boolean(card, "require_cvc_recollection")
    return {**before, "card": after}


def get_intent(core: Core, call: Call) -> Obj:
    """The PaymentIntent of the path; a publishable key must bring its client secret."""
    intent = core.store.find("payment_intent", call.ids[0])
    if intent is None:
        raise no_such("payment_intent", call.ids[0], param="intent")
    if call.publishable and required(call.params, "client_secret") != intent["client_secret"]:
        raise no_such("payment_intent", call.ids[0], param="intent")
    return intent


def retrieve(core: Core, call: Call) -> Obj:
    return get_intent(core, call)


def list_all(core: Core, call: Call) -> Obj:
    return page(core, "payment_intent", call.params, "/v1/payment_intents", filters=("customer",))


def unexpected_state(intent: Obj, message: str, **fields: str) -> StripeError:
    return refused(message, code="payment_intent_unexpected_state", payment_intent=render(intent), **fields)


def update(core: Core, call: Call) -> Obj:
    allow(call.params, *EDITABLE)
    intent = dict(get_intent(core, call))  # A copy: a parameter refused half way must leave no trace.
    if intent["status"] not in UPDATABLE:
        _refuse_late_update(intent, call.params)
    if "currency" in call.params:
        intent["currency"] = checked_currency(call.params)
    if "amount" in call.params:
        intent["amount"] = checked_amount(call.params, intent["currency"])
    _apply(core, intent, call.params)
    return core.store.put(intent)


def _refuse_late_update(intent: Obj, params: Obj) -> None:
    """After confirmation only what describes the payment may still change."""
    for name in params:
        if name not in ("description", "metadata", "receipt_email", "transfer_group", "expand"):
            message = (
                f"This PaymentIntent's {name} could not be updated because it has a status of {intent['status']}. You "
                f"may only update the {name} of a PaymentIntent with one of the following statuses: "
                f"{', '.join(UPDATABLE)}."
            )
            raise unexpected_state(intent, message, param=name)


def cancel(core: Core, call: Call) -> Obj:
    allow(call.params, "cancellation_reason")
    intent = get_intent(core, call)
    if intent["status"] not in CANCELABLE:
        message = (
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
            "with one of the following statuses may be canceled: requires_payment_method, requires_capture, "
            "requires_confirmation, requires_action, processing."
        )
        raise unexpected_state(intent, message)
    intent |= {
        "status": "canceled",
        "canceled_at": core.timestamp(),
        "cancellation_reason": choice(call.params, "cancellation_reason", REASONS),
        "next_action": None,
        "processing": None,
    }
    core.emit("payment_intent.canceled", core.store.put(intent), call)
    return intent


def public(obj: Obj) -> Obj:
    """The part of an intent that a publishable key gets to see; anything else as it is."""
    if obj.get("object") not in ("payment_intent", "setup_intent"):
        return obj
    return {name: value for name, value in obj.items() if name in PUBLIC or name == "last_setup_error"}
