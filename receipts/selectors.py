"""Reading receipts."""

from django.db.models import QuerySet

from pops.accounts.models import Guarantor
from receipts.models import Receipt


def receipt_history(guarantor: Guarantor) -> QuerySet[Receipt]:
    """The guarantor's receipts with their transactions, newest first."""
    return (
        Receipt.objects.filter(guarantor=guarantor).order_by("-received_at", "-number").prefetch_related("transactions")
    )
