"""Reading receipts. All amounts are cents."""

from django.db.models import Max

from receipts.models import Receipt


def find_documentless(*, recent: int | None, limit: int) -> list[int]:
    """Numbers of receipts without a stored PDF, newest first; voided ones get none.

    Among the `recent` numbers used last: a few thousand rows by the primary key. None looks through all.
    """
    receipts = Receipt.objects.filter(document=None, void=None).order_by("-number")
    if recent is not None:
        newest = Receipt.objects.aggregate(newest=Max("number"))["newest"] or 0
        receipts = receipts.filter(number__gt=newest - recent)
    return list(receipts.values_list("number", flat=True)[:limit])
