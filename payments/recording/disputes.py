"""Disputes: recorded as Stripe tells them. They flag the receipt and block its refund."""

from payments.gateway.disputes import DisputeFacts
from payments.models import Dispute


def record_dispute(*, receipt_number: int, facts: DisputeFacts) -> None:
    """Keep the dispute of a receipt as it is at Stripe now."""
    Dispute.objects.update_or_create(
        stripe_id=facts.stripe_id,
        defaults={
            "receipt_id": receipt_number,
            "charge_id": facts.charge_id,
            "amount_cents": facts.amount_cents,
            "reason": facts.reason,
            "status": facts.status,
            "opened_at": facts.opened_at,
            "due_by": facts.due_by,
        },
    )
