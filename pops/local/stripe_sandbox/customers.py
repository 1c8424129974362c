"""Customers, and the sessions that let the Payment Element show a customer's saved cards."""

from __future__ import annotations

from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import missing, no_such
from pops.local.stripe_sandbox.forms import allow, email, mapping, metadata, required, text
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

FIELDS = ("address", "description", "email", "metadata", "name", "phone", "preferred_locales", "shipping")
SESSION_SECONDS = 30 * 60
OFF = {"payment_method_redisplay": "disabled", "payment_method_remove": "disabled", "payment_method_save": "disabled"}


def get_customer(core: Core, id_: str | None, *, param: str = "id", status: int = 404) -> Obj:
    customer = core.store.find("customer", id_)
    if customer is None:
        raise no_such("customer", id_ or "", param=param, status=status)
    return customer


def customer_given(core: Core, params: Obj) -> str | None:
    """The `customer` parameter, checked to exist."""
    id_ = text(params, "customer")
    return get_customer(core, id_, param="customer", status=400)["id"] if id_ else None


def create(core: Core, call: Call) -> Obj:
    allow(call.params, *FIELDS)
    customer: Obj = {
        "id": random_id("cus_", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": core.timestamp(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": random_id("", 8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _apply(customer, call.params)
    core.emit("customer.created", core.store.put(customer), call)
    return customer


def update(core: Core, call: Call) -> Obj:
    allow(call.params, *FIELDS)
    customer = dict(get_customer(core, call.ids[0]))  # A copy: a refused parameter must leave no trace.
    _apply(customer, call.params)
    core.emit("customer.updated", core.store.put(customer), call)
    return customer


def _apply(customer: Obj, params: Obj) -> None:
    for name in ("description", "name", "phone"):
        if name in params:
            customer[name] = text(params, name)
    if "email" in params:
        customer["email"] = email(params, "email")
    for name in ("address", "shipping"):
        if name in params:
            customer[name] = mapping(params, name) or None
    customer["preferred_locales"] = params.get("preferred_locales") or customer["preferred_locales"]
    customer["metadata"] = metadata(params, customer["metadata"])


def retrieve(core: Core, call: Call) -> Obj:
    return get_customer(core, call.ids[0])


def list_all(core: Core, call: Call) -> Obj:
    return page(core, "customer", call.params, "/v1/customers", filters=("email",))


def create_session(core: Core, call: Call) -> Obj:
    """A CustomerSession; its Payment Element features are what the stripe.js stand-in honours."""
    allow(call.params, "customer", "components")
    required(call.params, "customer")
    element = mapping(mapping(call.params, "components"), "payment_element")
    if not element:
        raise missing("components")
    session: Obj = {
        "id": random_id("cuss_"),
        "object": "customer_session",
        "client_secret": random_id("cuss_secret_", 44),
        "components": {
            "active_entitlements": {"enabled": False},
            "buy_button": {"enabled": False},
            "customer_portal": {"enabled": False},
            "customer_sheet": {"enabled": False, "features": None},
            "mobile_payment_element": {"enabled": False, "features": None},
            "payment_element": _element(element),
            "pricing_table": {"enabled": False},
        },
        "created": core.timestamp(),
        "customer": customer_given(core, call.params),
        "expires_at": core.timestamp() + SESSION_SECONDS,
        "livemode": False,
    }
    core.store.put(session)
    return {name: value for name, value in session.items() if name != "id"}  # known by its secret alone


def _element(given: Obj) -> Obj:
    features = {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay_limit": 3,
        "payment_method_save_usage": None,
        **OFF,
        **mapping(given, "features"),
    }
    return {"enabled": given.get("enabled") == "true", "features": features}
