"""A batch taken apart. All amounts are cents. A voided receipt is in no total.

Receipts live on the floor above and are reached by relation name.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from batches.drawer import Drawer, get_drawer
from batches.models import ReferenceBatch
from pops.core.methods import Method, Tender, brand_name, tender_of

TRANSACTIONS = "receipts__transactions"


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
        return ", ".join(filter(None, [Method(self.method).label, brand_name(self.card_brand)]))


@dataclass(frozen=True)
class NotProcessed:
    """A declined request for money: listed in its batch, never in a total."""

    receipt_number: int
    guarantor_name: str
    requested_cents: int
    reason: str


@dataclass(frozen=True)
class Breakdown:
    """A batch taken apart. received + refunded + returned = total = posted + disbursed + escrow."""

    received: list[MethodTotal] = field(default_factory=list)
    refunded: list[MethodTotal] = field(default_factory=list)
    returned: list[MethodTotal] = field(default_factory=list)
    voided: list[MethodTotal] = field(default_factory=list)
    declined: list[MethodTotal] = field(default_factory=list)
    posted_cents: int = 0
    disbursed_cents: int = 0
    drawer: Drawer = field(default_factory=Drawer)

    @property
    def received_cents(self) -> int:
        return sum(row.amount_cents for row in self.received)

    @property
    def refunded_cents(self) -> int:
        return sum(row.amount_cents for row in self.refunded)

    @property
    def returned_cents(self) -> int:
        """Taken back by the bank: in the total, but nothing that lay on the desk is gone."""
        return sum(row.amount_cents for row in self.returned)

    @property
    def voided_cents(self) -> int:
        return sum(row.amount_cents for row in self.voided)

    @property
    def voided_count(self) -> int:
        return sum(row.count for row in self.voided)

    @property
    def declined_count(self) -> int:
        return sum(row.count for row in self.declined)

    @property
    def total_cents(self) -> int:
        return self.received_cents + self.refunded_cents + self.returned_cents

    @property
    def escrow_cents(self) -> int:
        """What this batch added to escrow; negative when it posted more of older receipts than it left."""
        return self.total_cents - self.posted_cents - self.disbursed_cents

    @property
    def expected(self) -> dict[str, int]:
        """What should be there, by what a person counts. With own checks and returns it makes up the total."""
        sums = {tender.value: 0 for tender in Tender}
        for row in [*self.received, *self.refunded]:
            sums[tender_of(row.method).value] += row.amount_cents
        sums[Tender.CHECK.value] -= self.own_check_cents
        return sums

    @property
    def due(self) -> dict[str, int]:
        """What should lie there when it is counted: in cash also what was put into the drawer, less what was taken."""
        return {**self.expected, Tender.CASH.value: self.expected[Tender.CASH] + self.drawer.cents}

    @property
    def seen(self) -> dict[str, int]:
        """The sums that a person saw who closes over them."""
        return {
            **self.expected,
            "own_check": self.own_check_cents,
            "returned": self.returned_cents,
            "drawer": self.drawer.cents,
        }

    @property
    def own_check_cents(self) -> int:
        """Refunded by checks that the practice wrote: in the total, but none of the checks on the desk is gone."""
        return sum(row.amount_cents for row in self.refunded if row.method == Method.CHECK)


def get_breakdown(batch: ReferenceBatch) -> Breakdown:
    """The whole breakdown, summed by the database now: three statements, however many receipts there are."""
    return get_breakdowns([batch])[batch.pk]


def get_breakdowns(batches: Collection[ReferenceBatch]) -> dict[int, Breakdown]:
    """The same of several batches, by their ids: as few statements where their drawers' movements are prefetched."""
    ids = [batch.pk for batch in batches]
    sums = (
        ReferenceBatch.objects.filter(pk__in=ids)
        .order_by()
        .values_list("pk", _sum_cents("postings"), _sum_cents("disbursements"))
    )
    drawers = {batch.pk: get_drawer(batch) for batch in batches}
    found = {
        pk: Breakdown(posted_cents=posted, disbursed_cents=disbursed, drawer=drawers[pk])
        for pk, posted, disbursed in sums
    }
    for row in _sum_transactions(ids):
        breakdown = found[row["pk"]]
        total = MethodTotal(row["method"], row["card_brand"], row["count"], row["amount_cents"])
        if row["is_voided"]:
            breakdown.voided.append(total)
        elif row["receipt_status"] == "unsuccessful":
            breakdown.declined.append(total)
        else:
            _of_kind(breakdown, row["receipt_kind"]).append(total)
    return found


def _of_kind(breakdown: Breakdown, kind: str) -> list[MethodTotal]:
    return {"refund": breakdown.refunded, "returned": breakdown.returned}.get(kind, breakdown.received)


def _sum_cents(rows: str) -> Coalesce:
    """The cents of postings or disbursements of a batch, for a statement that asks for more."""
    own = ReferenceBatch.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
    cents = own.annotate(cents=Sum(f"{rows}__amount_cents")).values("cents")
    return Coalesce(Subquery(cents), 0, output_field=BigIntegerField())


def _sum_transactions(ids: Iterable[int]) -> Iterable[Any]:
    return (
        ReferenceBatch.objects.filter(pk__in=ids, receipts__transactions__isnull=False)
        .values(
            "pk",
            method=F(f"{TRANSACTIONS}__method"),
            card_brand=F(f"{TRANSACTIONS}__card_brand"),
            receipt_kind=F("receipts__kind"),
            receipt_status=F("receipts__status"),
            is_voided=Q(receipts__void__isnull=False),
        )
        .annotate(count=Count(TRANSACTIONS), amount_cents=Sum(f"{TRANSACTIONS}__amount_cents"))
        .order_by("method", "card_brand")
    )


def find_requested_not_processed(batch: ReferenceBatch, *, limit: int) -> list[NotProcessed]:
    """What was asked for and declined, by receipt number."""
    rows = (
        # One filter() call, so that it is one join: a second one would count each transaction many times.
        ReferenceBatch.objects.filter(pk=batch.pk, receipts__transactions__amount_cents=0)
        .values(
            receipt_number=F("receipts__number"),
            guarantor_name=F("receipts__guarantor_name"),
            requested_cents=F(f"{TRANSACTIONS}__requested_cents"),
            reason=F(f"{TRANSACTIONS}__reason"),
        )
        .order_by("receipt_number")[:limit]
    )
    return [NotProcessed(**row) for row in rows]
