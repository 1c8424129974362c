"""Refunds, whole or in part, never more than was paid."""

from __future__ import annotations

from pops.local.stripe_sandbox.cards import card_for
from pops.local.stripe_sandbox.charges import balance_transaction, get_charge
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import invalid, missing, no_such, refused
from pops.local.stripe_sandbox.forms import allow, choice, integer, metadata, text
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(core: Core, call: Call) -> Obj:
    allow(call.params, "amount", "charge", "metadata", "payment_intent", "reason")
    charge = _charge_to_refund(core, call.params)
    amount = _checked_amount(charge, call.params)
    reason = choice(call.params, "reason", REASONS)
    refund = _new(core, charge, amount)
    refund |= {"reason": reason, "metadata": metadata(call.params)}
    _move_money(core, charge, refund)
    core.emit("refund.created", core.store.put(refund), call)
    core.emit("charge.refunded", core.store.put(charge), call)
    if _behaviour(core, charge):
        core.later("settle_refund", refund["id"])
    return refund


def _charge_to_refund(core: Core, params: Obj) -> Obj:
    if id_ := text(params, "charge"):
        charge = get_charge(core, id_, param="charge", status=400)
    else:
        charge = _charge_of_intent(core, params)
    if charge["status"] != "succeeded":
        raise refused(f"Charge {charge['id']} has not succeeded and cannot be refunded.", code="charge_not_refundable")
    if charge["disputed"]:
        raise refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if charge["refunded"]:
        message = f"Charge {charge['id']} has already been refunded."
        raise refused(message, code="charge_already_refunded", charge=charge["id"])
    return charge


def _charge_of_intent(core: Core, params: Obj) -> Obj:
    id_ = text(params, "payment_intent")
    if id_ is None:
        raise missing("payment_intent")
    intent = core.store.find("payment_intent", id_)
    if intent is None:
        raise no_such("payment_intent", id_, param="payment_intent", status=400)
    charge = core.store.find("charge", intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise refused(f"This PaymentIntent ({id_}) does not have a successful charge to refund.")
    return charge


def _checked_amount(charge: Obj, params: Obj) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    amount = integer(params, "amount")
    if amount is None:
        return left
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        message = f"Refund amount ({_money(amount)}) is greater than unrefunded amount on charge ({_money(left)})"
        raise refused(message, param="amount")
    return amount


def _money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def _new(core: Core, charge: Obj, amount: int) -> Obj:
    pending = _behaviour(core, charge) == "pending"
    return {
        "id": random_id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": core.timestamp(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if pending else "succeeded",
        "transfer_reversal": None,
    }


def _behaviour(core: Core, charge: Obj) -> str:
    method = core.store.find("payment_method", charge["payment_method"])
    return card_for(method["_number"]).refund if method else ""


def _move_money(core: Core, charge: Obj, refund: Obj) -> None:
    movement = balance_transaction(core, refund, -refund["amount"], type_="refund")
    refund["balance_transaction"] = movement["id"]
    charge["amount_refunded"] += refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def settle_refund(core: Core, refund_id: str) -> None:
    """The delayed end of a refund: a pending one succeeds, another may fail after all."""
    refund = core.store.find("refund", refund_id)
    charge = core.store.find("charge", refund["charge"]) if refund else None
    if not refund or not charge:
        return
    if _behaviour(core, charge) == "fails":
        _fail(core, charge, refund)
    elif refund["status"] == "pending":
        refund["status"] = "succeeded"
        core.emit("refund.updated", core.store.put(refund))


def _fail(core: Core, charge: Obj, refund: Obj) -> None:
    movement = balance_transaction(core, refund, refund["amount"], type_="refund_failure")
    failed = {"failure_balance_transaction": movement["id"], "failure_reason": "expired_or_canceled_card"}
    refund |= {"status": "failed", **failed}
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    core.store.put(charge)
    core.emit("refund.updated", core.store.put(refund))
    core.emit("refund.failed", refund)


def retrieve(core: Core, call: Call) -> Obj:
    refund = core.store.find("refund", call.ids[0])
    if refund is None:
        raise no_such("refund", call.ids[0], param="id")
    return refund


def update(core: Core, call: Call) -> Obj:
    allow(call.params, "metadata")
    refund = retrieve(core, call)
    refund["metadata"] = metadata(call.params, refund["metadata"])
    core.emit("refund.updated", core.store.put(refund), call)
    return refund


def list_all(core: Core, call: Call) -> Obj:
    return page(core, "refund", call.params, "/v1/refunds", filters=("charge", "payment_intent"))
