"""Disputes: the card's owner asks their bank for the money back."""

from __future__ import annotations

from pops.local.stripe_sandbox.charges import balance_transaction
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import no_such
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

DISPUTE_FEE = 1500
DAYS_TO_ANSWER = 9
REASON_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def open_dispute(core: Core, charge: Obj, reason: str) -> Obj:
    dispute = _new(core, charge, reason)
    movement = balance_transaction(core, dispute, -charge["amount"], fee=DISPUTE_FEE, type_="adjustment")
    dispute["balance_transactions"] = [movement]
    charge["disputed"] = True
    core.store.put(charge)
    core.emit("charge.dispute.created", core.store.put(dispute))
    core.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _new(core: Core, charge: Obj, reason: str) -> Obj:
    card = charge["payment_method_details"]["card"]
    return {
        "id": random_id("dp_"),
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": core.timestamp(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": core.timestamp() + DAYS_TO_ANSWER * 24 * 3600,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": "chargeback",
                "network_reason_code": REASON_CODES[reason],
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }


def retrieve(core: Core, call: Call) -> Obj:
    dispute = core.store.find("dispute", call.ids[0])
    if dispute is None:
        raise no_such("dispute", call.ids[0], param="id")
    return dispute


def list_all(core: Core, call: Call) -> Obj:
    return page(core, "dispute", call.params, "/v1/disputes", filters=("charge", "payment_intent"))
