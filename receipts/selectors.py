"""Reading receipts. All amounts are cents."""

from django.db.models import Max, QuerySet

from receipts.itemized import Itemized
from receipts.models import Receipt, ReceiptDocument, Transaction


def find_documentless(*, recent: int | None, limit: int) -> list[int]:
    """Numbers of receipts without a stored PDF, newest first; voided ones get none.

    Among the `recent` numbers used last: a few thousand rows by the primary key. None looks through all.
    """
    receipts = Receipt.objects.filter(documents=None, void=None).order_by("-number")
    if recent is not None:
        newest = Receipt.objects.aggregate(newest=Max("number"))["newest"] or 0
        receipts = receipts.filter(number__gt=newest - recent)
    return list(receipts.values_list("number", flat=True)[:limit])


def find_document(itemized: Itemized) -> ReceiptDocument | None:
    """The stored PDF that leaves out just what the receipt leaves out now; None when it is still to be made.

    One that was stored before a visit became confidential names it: it stays in the store and is given to nobody.
    """
    return itemized.receipt.documents.filter(leaves_out=itemized.leaves_out).first()


def find_sharing_check(receipt: Receipt) -> QuerySet[Transaction]:
    """The other parts of a check that pays for several guarantors, in the order of their issue."""
    checks = [row.shared_check for row in receipt.transactions.all() if row.shared_check]
    parts = Transaction.objects.filter(shared_check__in=checks).exclude(receipt=receipt)
    return parts.select_related("receipt").order_by("pk")
