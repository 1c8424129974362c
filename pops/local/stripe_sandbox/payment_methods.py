"""PaymentMethods: cards, and the customers they are saved for."""

from __future__ import annotations

from datetime import UTC, datetime

from pops.local.stripe_sandbox.cards import TEST_PAYMENT_METHODS, Card, Decline, card_for, luhn
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.customers import customer_given, get_customer
from pops.local.stripe_sandbox.errors import StripeError, invalid, missing, no_such, refused
from pops.local.stripe_sandbox.forms import allow, choice, integer, mapping, metadata, required
from pops.local.stripe_sandbox.listing import cut, page
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

TEST_EXPIRY = (12, 2034)
REDISPLAY = ("always", "limited", "unspecified")
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
SHOWN_YEARS = 50
#: A card that a ConfirmationToken brought along: ours, no parameter of Stripe's.
SAVED = "_confirmation_token_method"


def create(core: Core, call: Call) -> Obj:
    allow(call.params, "type", "card", "billing_details", "allow_redisplay", "metadata")
    return from_data(core, call.params)


def from_data(core: Core, data: Obj, *, wallet: str | None = None) -> Obj:
    """A new PaymentMethod from what a form collected (`payment_method_data`)."""
    return core.store.put(build_method(core, data, wallet=wallet))


def build_method(core: Core, data: Obj, *, wallet: str | None = None) -> Obj:
    """As `from_data`, and not there yet: a ConfirmationToken keeps it until it is used."""
    if required(data, "type") != "card":
        raise invalid("The payment method type provided is invalid: the sandbox takes cards.", param="type")
    given = mapping(data, "card")
    if not given:
        raise missing("card")
    number = "".join(required(given, "number").split())
    expiry = _checked_card(core, number, given)
    method = _new(core, card_for(number), number, expiry, mapping(data, "billing_details"), wallet)
    method["allow_redisplay"] = choice(data, "allow_redisplay", REDISPLAY) or "unspecified"
    method["metadata"] = metadata(data)
    method["card"]["checks"]["cvc_check"] = method["card"]["checks"]["cvc_check"] if given.get("cvc") else None
    return method


def _card_error(code: str, message: str, param: str) -> StripeError:
    return StripeError(402, "card_error", message, saved=True, code=code, param=param)


def _checked_card(core: Core, number: str, given: Obj) -> tuple[int, int]:
    """Refuse a card that is mistyped; returns its month and year of expiry."""
    if not (number.isdigit() and 12 <= len(number) <= 19 and luhn(number)):
        raise _card_error("incorrect_number", "Your card number is incorrect.", "number")
    month, year = integer(given, "exp_month") or 0, integer(given, "exp_year") or 0
    year += 2000 if 0 < year < 100 else 0
    today = datetime.fromtimestamp(core.now(), UTC)
    if not 1 <= month <= 12 or (year == today.year and month < today.month):
        raise _card_error("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    if not today.year <= year <= today.year + SHOWN_YEARS:
        raise _card_error("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year")
    code = given.get("cvc")
    if code and not (code.isdigit() and len(code) == (4 if card_for(number).brand == "amex" else 3)):
        raise _card_error("invalid_cvc", "Your card's security code is invalid.", "cvc")
    return month, year


def _new(core: Core, card: Card, number: str, expiry: tuple[int, int], billing: Obj, wallet: str | None) -> Obj:
    address = {name: mapping(billing, "address").get(name) or None for name in ADDRESS}
    zip_check = card.zip_check if address["postal_code"] else None
    return {
        "id": random_id("pm_"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": address,
            **{name: billing.get(name) or None for name in ("email", "name", "phone", "tax_id")},
        },
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": "pass" if address["line1"] else None,
                "address_postal_code_check": zip_check,
                "cvc_check": card.cvc_check,
            },
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": expiry[0],
            "exp_year": expiry[1],
            "fingerprint": card.fingerprint,
            "funding": card.funding,
            "generated_from": None,
            "last4": number[-4:],
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": card.brand != "amex"},
            "wallet": _wallet(wallet, number),
        },
        "created": core.timestamp(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        # Only numbers of test cards are ever kept; any other is forgotten here.
        "_number": card.number,
    }


def _wallet(kind: str | None, number: str) -> Obj | None:
    return {"type": kind, "dynamic_last4": number[-4:], kind: {}} if kind else None


def card_of(method: Obj) -> Card:
    return card_for(method["_number"])


def get_method(core: Core, id_: str, *, status: int = 404) -> Obj:
    """The PaymentMethod with this id; a `pm_card_...` makes a new one from that test card."""
    if number := TEST_PAYMENT_METHODS.get(id_):
        method = _new(core, card_for(number), number, TEST_EXPIRY, {}, None)
        return core.store.put(method)
    method = core.store.find("payment_method", id_) or {}
    if not method:
        raise no_such("PaymentMethod", id_, param="payment_method", status=status)
    return method


def method_for_intent(core: Core, intent: Obj, params: Obj, *, wallet: str | None = None) -> Obj | None:
    """The PaymentMethod a confirmation brings along or the intent already has."""
    if data := mapping(params, "payment_method_data"):
        return from_data(core, data, wallet=wallet)
    id_ = params.get(SAVED) or params.get("payment_method") or intent["payment_method"]
    method = get_method(core, id_, status=400) if id_ else None
    if method:
        _check_usable(intent, method)
    return method


def _check_usable(intent: Obj, method: Obj) -> None:
    owner = method["customer"]
    if owner and owner != intent["customer"]:
        message = (
            f"The customer does not have a payment method with the ID {method['id']}. The payment method must be "
            "attached to the customer."
        )
        raise invalid(message, param="payment_method")
    if not owner and method.get("_spent", intent["id"]) != intent["id"]:
        message = (
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, "
            "shared with a connected account without Customer attachment, or was detached from a Customer. It may "
            "not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
        )
        raise refused(message, param="payment_method")


def retrieve(core: Core, call: Call) -> Obj:
    return get_method(core, call.ids[0])


def update(core: Core, call: Call) -> Obj:
    allow(call.params, "allow_redisplay", "metadata")
    method = get_method(core, call.ids[0])
    method["allow_redisplay"] = choice(call.params, "allow_redisplay", REDISPLAY) or method["allow_redisplay"]
    method["metadata"] = metadata(call.params, method["metadata"])
    core.emit("payment_method.updated", core.store.put(method), call)
    return method


def attach(core: Core, call: Call) -> Obj:
    allow(call.params, "customer")
    required(call.params, "customer")
    customer = customer_given(core, call.params)
    method = get_method(core, call.ids[0])
    if method["customer"] and method["customer"] != customer:
        raise refused("The payment method you provided has already been attached to a customer.")
    if method.get("_spent") and not method["customer"]:
        raise refused("This PaymentMethod was previously used and may not be attached to a customer.")
    card = card_of(method)
    if card.decline and card.attach_fails:
        raise StripeError(402, "card_error", card.decline.message, saved=True, **decline_fields(card.decline))
    return attach_to(core, method, customer, call)


def decline_fields(decline: Decline) -> Obj:
    return {
        "code": decline.code,
        "decline_code": decline.decline_code,
        "param": decline.param,
        "advice_code": decline.advice_code,
    }


def attach_to(core: Core, method: Obj, customer: str | None, call: Call | None) -> Obj:
    if method["customer"] != customer:
        method["customer"] = customer
        core.emit("payment_method.attached", core.store.put(method), call)
    return method


def detach(core: Core, call: Call) -> Obj:
    method = get_method(core, call.ids[0])
    if not method["customer"]:
        raise refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    before = {"customer": method["customer"]}
    method |= {"customer": None, "_spent": "detached"}
    core.emit("payment_method.detached", core.store.put(method), call, before)
    return method


def renew(core: Core, method: Obj, expiry: tuple[int, int]) -> None:
    """What the card networks' updater does when the bank sends its customer a new card."""
    before = {"card": {"exp_month": method["card"]["exp_month"], "exp_year": method["card"]["exp_year"]}}
    method["card"] = {**method["card"], "exp_month": expiry[0], "exp_year": expiry[1]}
    core.emit("payment_method.automatically_updated", core.store.put(method), None, before)


def list_all(core: Core, call: Call) -> Obj:
    """Stripe lists saved methods only: without a customer the list is empty."""
    filters = ("customer", "type", "allow_redisplay")
    listed = page(core, "payment_method", call.params, "/v1/payment_methods", filters=filters)
    return listed if call.params.get("customer") else cut([], {}, "/v1/payment_methods")


def list_of_customer(core: Core, call: Call) -> Obj:
    customer = get_customer(core, call.ids[0], param="customer")
    params = {**call.params, "customer": customer["id"]}
    url = f"/v1/customers/{customer['id']}/payment_methods"
    return page(core, "payment_method", params, url, filters=("customer", "type", "allow_redisplay"))
