"""What stripe.js makes of what was typed, for one use: ConfirmationTokens, and Tokens of a security code."""

from __future__ import annotations

from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import invalid, missing, no_such
from pops.local.stripe_sandbox.forms import allow, boolean, choice, mapping, required, text
from pops.local.stripe_sandbox.payment_methods import SAVED, build_method, get_method
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

LIFETIME_SECONDS = 12 * 3600
USAGES = ("on_session", "off_session")
GIVEN = ("payment_method", "payment_method_data", "payment_method_options", "return_url", "setup_future_usage")
SHOWN = ("allow_redisplay", "billing_details", "card", "customer", "customer_account", "type")


def create_confirmation_token(core: Core, call: Call, *, wallet: str | None = None) -> Obj:
    """What `stripe.createConfirmationToken` asks for, and Stripe's helper for tests. The card waits in the token."""
    allow(call.params, *GIVEN, "shipping", "use_stripe_sdk")
    params = call.params
    if data := mapping(params, "payment_method_data"):
        method = build_method(core, data, wallet=wallet)
    else:
        method = get_method(core, required(params, "payment_method"), status=400)
    options = mapping(mapping(params, "payment_method_options"), "card")
    return core.store.put(
        {
            "id": random_id("ctoken_"),
            "object": "confirmation_token",
            "created": core.timestamp(),
            "expires_at": core.timestamp() + LIFETIME_SECONDS,
            "livemode": False,
            "mandate_data": None,
            "payment_intent": None,
            "payment_method_options": {"card": {"cvc_token": text(options, "cvc_token")}},
            "payment_method_preview": {name: method[name] for name in SHOWN},
            "return_url": text(params, "return_url"),
            "setup_future_usage": choice(params, "setup_future_usage", USAGES),
            "setup_intent": None,
            "shipping": None,
            "use_stripe_sdk": boolean(params, "use_stripe_sdk") if "use_stripe_sdk" in params else True,
            "_method": method,
        }
    )


def retrieve_confirmation_token(core: Core, call: Call) -> Obj:
    token = core.store.find("confirmation_token", call.ids[0])
    if token is None:
        raise no_such("confirmationtoken", call.ids[0], param="confirmation_token")
    return token


def spend_confirmation_token(core: Core, intent: Obj, params: Obj) -> Obj:
    """The confirmation's parameters with what its ConfirmationToken holds; as they are when it names none."""
    id_ = text(params, "confirmation_token")
    if id_ is None:
        return params
    token = core.store.find("confirmation_token", id_)
    if token is None:
        raise no_such("confirmationtoken", id_, param="confirmation_token", status=400)
    _check(core, token, intent)
    token[intent["object"]] = intent["id"]
    core.store.put(token)
    method = core.store.put(token["_method"])
    held = {name: token[name] for name in ("return_url", "setup_future_usage") if token[name]}
    if code := token["payment_method_options"]["card"]["cvc_token"]:
        held["payment_method_options"] = {"card": {"cvc_token": code}}
    rest = {name: value for name, value in params.items() if name != "confirmation_token"}
    return {"use_stripe_sdk": "true" if token["use_stripe_sdk"] else "false", **held, **rest, SAVED: method["id"]}


def _check(core: Core, token: Obj, intent: Obj) -> None:
    if token["payment_intent"] or token["setup_intent"]:
        raise invalid("The ConfirmationToken was used before; it can be used once.", param="confirmation_token")
    if token["expires_at"] < core.timestamp():
        raise invalid("The ConfirmationToken has expired.", param="confirmation_token")
    asked = intent.get("setup_future_usage")
    if asked and token["setup_future_usage"] != asked:
        message = "The setup_future_usage of the ConfirmationToken is not the one of the PaymentIntent."
        raise invalid(message, param="confirmation_token")


def create_token(core: Core, call: Call) -> Obj:
    """A Token that holds a security code typed anew for a saved card: `stripe.createToken("cvc_update", ...)`."""
    allow(call.params, "cvc_update")
    code = text(mapping(call.params, "cvc_update"), "cvc")
    if code is None:
        raise missing("cvc_update[cvc]")
    if not (code.isdigit() and len(code) in (3, 4)):
        raise invalid("Your card's security code is invalid.", code="invalid_cvc", param="cvc_update[cvc]")
    return core.store.put(
        {
            "id": random_id("cvctok_"),
            "object": "token",
            "client_ip": "127.0.0.1",
            "created": core.timestamp(),
            "livemode": False,
            "type": "cvc_update",
            "used": False,
        }
    )


def check_code(core: Core, intent: Obj, method: Obj, params: Obj) -> None:
    """A saved card needs its security code anew where the PaymentIntent says so; a code is used once."""
    card = mapping(mapping(params, "payment_method_options"), "card")
    id_, param = text(card, "cvc_token"), "payment_method_options[card][cvc_token]"
    if id_ is None:
        if method["customer"] and intent["payment_method_options"]["card"].get("require_cvc_recollection"):
            raise invalid("This PaymentIntent requires the card's security code to be collected again.", param=param)
        return
    token = core.store.find("token", id_)
    if token is None:
        raise no_such("token", id_, param=param, status=400)
    if token["used"]:
        raise invalid("You cannot use a Stripe token more than once.", code="token_already_used", param=param)
    core.store.put({**token, "used": True})
