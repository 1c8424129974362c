"""What a split payment went without, on the page of its receipt."""

from typing import Any

from payments.models import Payment
from payments.splitting import get_rest
from pops.web.portal.pay.forms import RestForm
from receipts.models import Receipt


def get_rest_context(receipt: Receipt, *, is_named: bool = True) -> dict[str, Any]:
    """Which parts were not taken, and the button that pays them; nothing of a payment that was taken whole, or not."""
    moved = [row.amount_cents > 0 for row in receipt.transactions.all()]
    payment = Payment.objects.filter(receipt=receipt).first() if any(moved) and not all(moved) else None
    if payment is None or not payment.is_split:
        return {}
    return {"rest": get_rest(payment, is_named=is_named), "rest_form": RestForm()}
