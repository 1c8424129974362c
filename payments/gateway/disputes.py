"""Disputes at Stripe, and what Stripe's answers mean to us."""

import datetime as dt
from dataclasses import dataclass

import stripe

from payments.gateway.client import asking
from payments.gateway.intents import id_of


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


def get_dispute(stripe_id: str) -> DisputeFacts:
    """The dispute as it is now. Raises Rejected when Stripe knows none, OutOfReach."""
    with asking() as stripe_client:
        return read_dispute(stripe_client.v1.disputes.retrieve(stripe_id))


def list_disputes(charge_id: str) -> list[DisputeFacts]:
    """All disputes of a charge."""
    with asking() as stripe_client:
        found = stripe_client.v1.disputes.list({"charge": charge_id}).auto_paging_iter()
        return [read_dispute(dispute) for dispute in found]


def read_dispute(dispute: stripe.Dispute) -> DisputeFacts:
    """What a Dispute means."""
    due_by = getattr(getattr(dispute, "evidence_details", None), "due_by", None)
    return DisputeFacts(
        stripe_id=dispute.id,
        charge_id=id_of(dispute.charge),
        intent_id=id_of(getattr(dispute, "payment_intent", None)),
        amount_cents=dispute.amount,
        reason=dispute.reason,
        status=dispute.status,
        opened_at=dt.datetime.fromtimestamp(dispute.created, dt.UTC),
        due_by=dt.datetime.fromtimestamp(due_by, dt.UTC) if due_by else None,
    )
