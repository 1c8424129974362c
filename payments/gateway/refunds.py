"""Refunds at Stripe, and what Stripe's answers mean to us."""

import datetime as dt
import uuid
from dataclasses import dataclass

import stripe

from payments.gateway.client import asking
from payments.gateway.intents import id_of
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
NOT_TAKEN = "The bank did not take the refund."


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
    returns: uuid.UUID | None
    failure: str


def create_refund(*, refund_id: uuid.UUID, charge_id: str, amount_cents: int) -> RefundFacts:
    """Ask for a refund, unless it is there: Stripe forgets its idempotency keys after a day, the refund it keeps."""
    ours = (facts for facts in list_refunds(charge_id) if facts.refund_id == refund_id)
    if found := next(ours, None):
        return found
    with asking() as stripe_client:
        refund = stripe_client.v1.refunds.create(
            {
                "charge": charge_id,
                "amount": amount_cents,
                "reason": "requested_by_customer",
                "metadata": {"pops_refund": str(refund_id)},
            },
            {"idempotency_key": f"{refund_id}-refund"},
        )
    return read_refund(refund)


def return_payment(*, payment_id: uuid.UUID, intent_id: str, charge_id: str) -> None:
    """Give all that is left of a payment back that has no receipt here, unless that was done before."""
    made = [facts for facts in list_refunds(charge_id) if facts.returns == payment_id]
    if any(facts.state != Refund.State.FAILED for facts in made):
        return
    with asking() as stripe_client:
        stripe_client.v1.refunds.create(
            {"payment_intent": intent_id, "metadata": {"pops_returned_payment": str(payment_id)}},
            # Another key after one that failed: under the same Stripe would answer what it answered then.
            {"idempotency_key": f"{intent_id}-return-{len(made)}"},
        )


def get_refund(stripe_id: str) -> RefundFacts:
    """The refund as it is now. Raises Rejected when Stripe knows none, OutOfReach."""
    with asking() as stripe_client:
        return read_refund(stripe_client.v1.refunds.retrieve(stripe_id))


def list_refunds(charge_id: str) -> list[RefundFacts]:
    """All refunds of a charge, oldest first."""
    with asking() as stripe_client:
        found = stripe_client.v1.refunds.list({"charge": charge_id, "limit": 100}).auto_paging_iter()
        return [read_refund(refund) for refund in found][::-1]


def read_refund(refund: stripe.Refund) -> RefundFacts:
    """What a Refund means."""
    failure = getattr(refund, "failure_reason", None) or ""
    return RefundFacts(
        stripe_id=refund.id,
        charge_id=id_of(refund.charge),
        intent_id=id_of(getattr(refund, "payment_intent", None)),
        amount_cents=refund.amount,
        state=STATES[str(refund.status)],
        occurred_at=dt.datetime.fromtimestamp(refund.created, dt.UTC),
        refund_id=_uuid(getattr(refund.metadata, "pops_refund", "")),
        returns=_uuid(getattr(refund.metadata, "pops_returned_payment", "")),
        failure=FAILURES.get(failure, NOT_TAKEN) if failure else "",
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
