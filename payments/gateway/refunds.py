"""Refunds and disputes at Stripe, and what Stripe's answers mean to us. Nothing here touches the database."""

import datetime as dt
import uuid
from dataclasses import dataclass

import stripe

from payments.gateway.intents import client
from payments.models import Refund

STATES = {
    "succeeded": Refund.State.SUCCEEDED,
    "pending": Refund.State.PENDING,
    "requires_action": Refund.State.PENDING,
    "failed": Refund.State.FAILED,
    "canceled": Refund.State.FAILED,
}
FAILURES = {
    "lost_or_stolen_card": "The card was reported lost or stolen.",
    "expired_or_canceled_card": "The card has expired or was canceled.",
    "declined": "The bank declined the refund.",
    "insufficient_funds": "The practice's balance at Stripe was too low.",
    "merchant_request": "The refund was canceled at Stripe.",
}


@dataclass(frozen=True)
class RefundFacts:
    """The processor's word on a refund. Amount in cents; `refund_id` is ours when we asked for it."""

    stripe_id: str
    charge_id: str
    intent_id: str
    amount_cents: int
    state: Refund.State
    occurred_at: dt.datetime
    refund_id: uuid.UUID | None
    failure: str


@dataclass(frozen=True)
class DisputeFacts:
    """The processor's word on a dispute. Amount in cents."""

    stripe_id: str
    charge_id: str
    intent_id: str
    amount_cents: int
    reason: str
    status: str
    opened_at: dt.datetime
    due_by: dt.datetime | None


def create_refund(refund: Refund) -> RefundFacts:
    """Ask for a refund. Asked for twice, Stripe answers with the same one."""
    return read_refund(
        client().v1.refunds.create(
            {
                "charge": refund.charge_id,
                "amount": refund.amount_cents,
                "reason": "requested_by_customer",
                "metadata": {"pops_refund": str(refund.pk)},
            },
            {"idempotency_key": f"{refund.pk}-refund"},
        )
    )


def return_payment(*, payment_id: uuid.UUID, intent_id: str) -> None:
    """Give all of a payment back that has no receipt here. Asked for twice, Stripe does it once."""
    client().v1.refunds.create(
        {"payment_intent": intent_id, "metadata": {"pops_returned_payment": str(payment_id)}},
        {"idempotency_key": f"{payment_id}-return"},
    )


def get_refund(stripe_id: str) -> RefundFacts:
    return read_refund(client().v1.refunds.retrieve(stripe_id))


def list_refunds(charge_id: str) -> list[RefundFacts]:
    """All refunds of a charge, oldest first."""
    found = client().v1.refunds.list({"charge": charge_id, "limit": 100}).auto_paging_iter()
    return [read_refund(refund) for refund in found][::-1]


def get_dispute(stripe_id: str) -> DisputeFacts:
    return read_dispute(client().v1.disputes.retrieve(stripe_id))


def list_disputes(charge_id: str) -> list[DisputeFacts]:
    """All disputes of a charge."""
    return [read_dispute(dispute) for dispute in client().v1.disputes.list({"charge": charge_id}).auto_paging_iter()]


def read_dispute(dispute: stripe.Dispute) -> DisputeFacts:
    """What a Dispute means."""
    due_by = getattr(getattr(dispute, "evidence_details", None), "due_by", None)
    return DisputeFacts(
        stripe_id=dispute.id,
        charge_id=_id(dispute.charge),
        intent_id=_id(getattr(dispute, "payment_intent", None)),
        amount_cents=dispute.amount,
        reason=dispute.reason,
        status=dispute.status,
        opened_at=dt.datetime.fromtimestamp(dispute.created, dt.UTC),
        due_by=dt.datetime.fromtimestamp(due_by, dt.UTC) if due_by else None,
    )


def read_refund(refund: stripe.Refund) -> RefundFacts:
    """What a Refund means."""
    named = getattr(refund.metadata, "pops_refund", "")
    failure = getattr(refund, "failure_reason", None) or ""
    return RefundFacts(
        stripe_id=refund.id,
        charge_id=_id(refund.charge),
        intent_id=_id(getattr(refund, "payment_intent", None)),
        amount_cents=refund.amount,
        state=STATES[str(refund.status)],
        occurred_at=dt.datetime.fromtimestamp(refund.created, dt.UTC),
        refund_id=_uuid(named),
        failure=FAILURES.get(failure, "The bank did not take the refund.") if failure else "",
    )


def _id(object_or_id: object) -> str:
    return str(getattr(object_or_id, "id", None) or object_or_id or "")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
