"""Reading batches. All amounts are cents. A voided receipt is in no total.

Receipts live on the floor above and are reached by relation name.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from batches.blind import hidden_batches
from batches.drawer import Drawer, get_drawer
from batches.models import BatchClose, BatchCount, PeriodLock, ReferenceBatch
from pops.core.access.models import User
from pops.core.methods import Method, Tender, brand_name, tender_of

Status = ReferenceBatch.Status
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
    """A batch taken apart. received + refunded = total = posted + disbursed + escrow."""

    received: list[MethodTotal] = field(default_factory=list)
    refunded: list[MethodTotal] = field(default_factory=list)
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
        return self.received_cents + self.refunded_cents

    @property
    def escrow_cents(self) -> int:
        """What this batch added to escrow; negative when it posted more of older receipts than it left."""
        return self.total_cents - self.posted_cents - self.disbursed_cents

    @property
    def expected(self) -> dict[str, int]:
        """What should be there, by what a person counts. With `own_check_cents` it makes up the total."""
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
        return {**self.expected, "own_check": self.own_check_cents, "drawer": self.drawer.cents}

    @property
    def own_check_cents(self) -> int:
        """Refunded by checks that the practice wrote: in the total, but none of the checks on the desk is gone."""
        return sum(row.amount_cents for row in self.refunded if row.method == Method.CHECK)


def get_breakdown(batch: ReferenceBatch) -> Breakdown:
    """The whole breakdown, summed by the database now: three statements, however many receipts there are."""
    sums = [_sum_cents(batch.postings), _sum_cents(batch.disbursements)]
    posted, disbursed = ReferenceBatch.objects.filter(pk=batch.pk).values_list(*sums).get()
    breakdown = Breakdown(posted_cents=posted, disbursed_cents=disbursed, drawer=get_drawer(batch))
    for row in _sum_transactions(batch):
        total = MethodTotal(row["method"], row["card_brand"], row["count"], row["amount_cents"])
        if row["is_voided"]:
            breakdown.voided.append(total)
        elif row["receipt_status"] == "unsuccessful":
            breakdown.declined.append(total)
        else:
            (breakdown.refunded if row["receipt_kind"] == "refund" else breakdown.received).append(total)
    return breakdown


def _sum_cents(rows: Any) -> Coalesce:
    """The cents of rows of one batch, for a statement that asks for more."""
    cents = rows.order_by().values("batch").annotate(cents=Sum("amount_cents")).values("cents")
    return Coalesce(Subquery(cents), 0, output_field=BigIntegerField())


def _sum_transactions(batch: ReferenceBatch) -> Iterable[Any]:
    return (
        ReferenceBatch.objects.filter(pk=batch.pk, receipts__transactions__isnull=False)
        .values(
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


def get_sum(batch: ReferenceBatch) -> tuple[int, int]:
    """Total in cents and number of the receipts in a batch that were not voided, summed by the database now."""
    sums = batch.receipts.filter(void=None).aggregate(total=Coalesce(Sum("amount_cents"), 0), count=Count("number"))
    return sums["total"], sums["count"]


def get_online_sum(date: dt.date) -> int:
    """Cents of all online payments of a practice-local date, less refunds, whatever supplement they are in."""
    rows = ReferenceBatch.objects.filter(batch_date=date, is_api=True, receipts__void=None)
    return rows.aggregate(cents=Coalesce(Sum("receipts__amount_cents"), 0))["cents"]


def batches_with_totals(*, by: User | AnonymousUser) -> QuerySet[ReferenceBatch]:
    """Batches with `total_cents`: stored at close, or summed now for those that are open.

    None for those whose amounts `by` must not see yet: they have `receipt_count`. And with `over_short_cents` of the
    last close, None where nothing was counted.
    """
    own = ReferenceBatch.objects.filter(pk=OuterRef("pk"), receipts__void=None).values("pk")
    now = own.annotate(cents=Sum("receipts__amount_cents")).values("cents")
    count = own.annotate(count=Count("receipts")).values("count")
    hidden = Q(pk__in=hidden_batches(by))
    last = (
        BatchClose.objects.filter(batch=OuterRef("pk"), count__isnull=False)
        .order_by("-pk")
        .annotate(cents=Sum("tenders__over_short_cents"))
        .values("cents")[:1]
    )
    return ReferenceBatch.objects.annotate(  # type: ignore[no-redef]
        total_cents=Case(
            When(hidden, then=None),
            When(status=Status.OPEN, then=Coalesce(Subquery(now), 0)),
            default=F("closed_total_cents"),
            output_field=BigIntegerField(),
        ),
        receipt_count=Case(When(hidden, then=Coalesce(Subquery(count), 0)), output_field=IntegerField()),
        over_short_cents=Subquery(last),
    )


def find_still_open(*, until: dt.date) -> QuerySet[ReferenceBatch]:
    """What is still open of this day and those before it."""
    return ReferenceBatch.objects.filter(status=Status.OPEN, batch_date__lte=until)


def find_desk_batches(date: dt.date) -> QuerySet[ReferenceBatch]:
    """The open batches of a practice-local date that people work in."""
    return ReferenceBatch.objects.filter(batch_date=date, is_api=False, status=ReferenceBatch.Status.OPEN)


def find_attached_batch(user: User) -> ReferenceBatch | None:
    """The batch a member of staff works in, without its total: that takes longer the more is in it."""
    return ReferenceBatch.objects.filter(attachments__user=user).select_related("user").first()


def find_attached_batch_with_total(user: User) -> ReferenceBatch | None:
    """The batch a member of staff works in, with its total now."""
    return batches_with_totals(by=user).filter(attachments__user=user).select_related("user").first()


def find_closes(batch: ReferenceBatch) -> list[BatchClose]:
    """The closes of a batch with their counts and files, the latest first."""
    closes = batch.closes.select_related("count", "closed_by", "deposited").prefetch_related(
        "documents", "tenders", "count__tenders"
    )
    return list(closes.order_by("-pk"))


def find_counts(batch: ReferenceBatch) -> list[BatchCount]:
    """Every count of a batch, the first one first."""
    return list(batch.counts.select_related("counted_by").prefetch_related("tenders").order_by("pk"))


def find_last_count(batch: ReferenceBatch) -> BatchCount | None:
    """The last count since a batch was opened or reopened."""
    closed = (
        BatchClose.objects.filter(batch=batch).order_by().values("batch").annotate(last=Max("count")).values("last")
    )
    counts = batch.counts.filter(pk__gt=Coalesce(Subquery(closed), 0))
    return counts.select_related("counted_by").order_by("-pk").first()


def is_locked(date: dt.date) -> bool:
    """Whether a practice-local date lies in a period that was locked at month-end."""
    return PeriodLock.objects.filter(locked_through__gte=date).exists()


def find_locked_through() -> dt.date | None:
    """The last practice-local date of the locked period."""
    return PeriodLock.objects.values_list("locked_through", flat=True).first()
