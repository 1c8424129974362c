"""Reading batches. All amounts are cents."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from batches.models import ReferenceBatch

TRANSACTIONS = "receipts__transactions"
# The methods' names are the receipts' (receipts.models.Transaction.Method); a batch only sums them.
METHODS = {"card": "Credit Card", "apple_pay": "Apple Pay", "google_pay": "Google Pay", "other": "Other"}


@dataclass(frozen=True)
class MethodTotal:
    """What a batch holds of one method and card brand."""

    method: str
    card_brand: str
    count: int
    amount_cents: int

    @property
    def label(self) -> str:
        """Credit Card, Visa"""
        method = METHODS.get(self.method, self.method)
        return f"{method}, {self.card_brand.replace('_', ' ').title()}" if self.card_brand else method


@dataclass(frozen=True)
class NotProcessed:
    """A declined request for money: listed in its batch, never in a total."""

    receipt_number: int
    guarantor_name: str
    requested_cents: int
    reason: str


def find_totals_by_method(batch: ReferenceBatch) -> list[MethodTotal]:
    """Processed transactions by method and card brand, in the order of the words."""
    rows = (
        _transactions(
            batch, Q(receipts__transactions__amount_cents__gt=0) | Q(receipts__transactions__amount_cents__lt=0)
        )
        .values(method=F(f"{TRANSACTIONS}__method"), card_brand=F(f"{TRANSACTIONS}__card_brand"))
        .annotate(count=Count(TRANSACTIONS), amount_cents=Sum(f"{TRANSACTIONS}__amount_cents"))
        .order_by("method", "card_brand")
    )
    return [MethodTotal(**row) for row in rows]


def find_requested_not_processed(batch: ReferenceBatch) -> list[NotProcessed]:
    """What was asked for and declined, by receipt number."""
    rows = (
        _transactions(batch, Q(receipts__transactions__amount_cents=0))
        .values(
            receipt_number=F("receipts__number"),
            guarantor_name=F("receipts__guarantor_name"),
            requested_cents=F(f"{TRANSACTIONS}__requested_cents"),
            reason=F(f"{TRANSACTIONS}__reason"),
        )
        .order_by("receipt_number")
    )
    return [NotProcessed(**row) for row in rows]


def get_sum(batch: ReferenceBatch) -> tuple[int, int]:
    """Total in cents and number of the receipts in a batch, summed by the database now."""
    sums = batch.receipts.aggregate(total=Coalesce(Sum("amount_cents"), 0), count=Count("number"))
    return sums["total"], sums["count"]


def _transactions(batch: ReferenceBatch, which: Q) -> QuerySet[ReferenceBatch]:
    """The batch joined to some of its transactions: they live on the floor above and are reached by relation name.

    One filter() call, so that it is one join: a second one would count each transaction many times.
    """
    return ReferenceBatch.objects.filter(which, pk=batch.pk)
