"""Charges: one for each time a card is tried, and the money each moves."""

from __future__ import annotations

from pops.local.stripe_sandbox.cards import Card, Decline
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import no_such
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.payment_methods import card_of
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

RISK_SCORES = {"normal": 12, "elevated": 68, "highest": 92}
FEE_PER_THOUSAND, FEE_CENTS = 29, 30
FUNDS_AVAILABLE_AFTER = 2 * 24 * 3600
COPIED = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def get_charge(core: Core, id_: str, *, param: str = "id", status: int = 404) -> Obj:
    charge = core.store.find("charge", id_)
    if charge is None:
        raise no_such("charge", id_, param=param, status=status)
    return charge


def retrieve(core: Core, call: Call) -> Obj:
    return get_charge(core, call.ids[0])


def list_all(core: Core, call: Call) -> Obj:
    return page(core, "charge", call.params, "/v1/charges", filters=("payment_intent", "customer"))


def new_charge(core: Core, intent: Obj, method: Obj, *, authenticated: bool) -> Obj:
    """A pending charge of the intent's whole amount; `succeed` or `fail` decides it."""
    id_ = random_id("ch_")
    charge: Obj = {
        "id": id_,
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": _descriptor(intent),
        "captured": False,
        "created": core.timestamp(),
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "on_behalf_of": None,
        "outcome": _outcome(card_of(method), None),
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _card_details(intent, method, authenticated), "type": "card"},
        "receipt_number": None,
        "receipt_url": f"{core.url}/receipts/{id_}",
        "refunded": False,
        "review": None,
        "source_transfer": None,
        "status": "pending",
        "transfer_data": None,
    }
    charge |= {name: intent[name] for name in COPIED}
    charge["metadata"] = dict(intent["metadata"])
    return core.store.put(charge)


def _descriptor(intent: Obj) -> str:
    suffix = intent["statement_descriptor_suffix"]
    return f"POPS SANDBOX* {suffix}"[:22] if suffix else "POPS SANDBOX"


def _card_details(intent: Obj, method: Obj, authenticated: bool) -> Obj:
    card = method["card"]
    copied = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    return {
        **{name: card[name] for name in copied},
        "amount_authorized": intent["amount"],
        "authorization_code": random_id("", 6).upper(),
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": random_id("", 15).upper(),
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": _three_d_secure() if authenticated else None,
    }


def _three_d_secure() -> Obj:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": random_id("", 36),
        "version": "2.2.0",
    }


def _outcome(card: Card, decline: Decline | None) -> Obj:
    outcome: Obj = {
        "advice_code": decline.advice_code if decline else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": card.risk,
        "risk_score": RISK_SCORES[card.risk],
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if decline:
        outcome |= _blocked() if decline.blocked else _issuer_declined(decline)
    return outcome


def _blocked() -> Obj:
    return {
        "network_status": "not_sent_to_network",
        "reason": "highest_risk_level",
        "seller_message": "Stripe blocked this payment as too risky.",
        "type": "blocked",
    }


def _issuer_declined(decline: Decline) -> Obj:
    return {
        "network_decline_code": "01",
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": f"The bank returned the decline code `{decline.decline_code}`.",
        "type": "issuer_declined",
    }


def succeed(core: Core, charge: Obj, call: Call | None) -> None:
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    fee = (charge["amount"] * FEE_PER_THOUSAND + 500) // 1000 + FEE_CENTS
    movement = balance_transaction(core, charge, charge["amount"], fee=fee, type_="charge")
    charge["balance_transaction"] = movement["id"]
    core.emit("charge.succeeded", core.store.put(charge), call)


def fail(core: Core, charge: Obj, card: Card, decline: Decline, call: Call | None) -> None:
    charge |= {
        "status": "failed",
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": _outcome(card, decline),
        "receipt_url": None,
    }
    core.emit("charge.failed", core.store.put(charge), call)


def balance_transaction(core: Core, source: Obj, amount: int, *, fee: int = 0, type_: str) -> Obj:
    """The movement on the practice's Stripe balance, in cents; refunds and disputes are negative."""
    fees = [{"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}] if fee else []
    movement: Obj = {
        "id": random_id("txn_"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": core.timestamp() + FUNDS_AVAILABLE_AFTER,
        "balance_type": "payments",
        "created": core.timestamp(),
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**one, "description": "Stripe processing fees"} for one in fees],
        "net": amount - fee,
        "reporting_category": type_,
        "source": source["id"],
        "status": "pending",
        "type": type_,
    }
    return core.store.put(movement)


def retrieve_balance_transaction(core: Core, call: Call) -> Obj:
    movement = core.store.find("balance_transaction", call.ids[0])
    if movement is None:
        raise no_such("balance transaction", call.ids[0], param="id")
    return movement
