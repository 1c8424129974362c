"""Disputes: recorded as Stripe tells them. They flag the receipt and block its refund."""

from payments.gateway.refunds import DisputeFacts
from payments.models import Dispute
from receipts.models import Receipt


def record_dispute(*, facts: DisputeFacts) -> bool:
    """Keep the dispute as it is at Stripe now. False when its charge is none of ours."""
    receipt = Receipt.objects.filter(transactions__number=facts.charge_id).first()
    if receipt is None:
        return False
    Dispute.objects.update_or_create(
        stripe_id=facts.stripe_id,
        defaults={
            "receipt": receipt,
            "amount_cents": facts.amount_cents,
            "reason": facts.reason,
            "status": facts.status,
            "opened_at": facts.opened_at,
            "due_by": facts.due_by,
        },
    )
    return True
