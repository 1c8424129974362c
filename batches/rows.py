"""Batches as other systems read them: plain rows, and a breakdown. Amounts in cents.

Of a batch whose amounts `by` must not see yet (batches.blind) numbers are told and no amount.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from batches.blind import hidden_batches, hides_amounts
from batches.breakdown import Breakdown, MethodTotal, get_breakdown
from batches.drawer import Drawer
from batches.models import ReferenceBatch
from batches.selectors import batches_with_totals
from pops.core.access.models import User
from pops.core.methods import Tender

Row = dict[str, Any]

NEWEST_FIRST = ("-batch_date", "-id")
FIELDS = (
    "id", "description", "supplement", "batch_date", "status", "note", "reference_total_cents", "total_cents",
    "over_short_cents", "amounts_hidden", "opened_at", "closed_at", "archived_at",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which batches are looked for; what is None doesn't matter. Days are practice-local, both included."""

    batch_date_from: dt.date | None = None
    batch_date_to: dt.date | None = None
    status: str | None = None
    is_online: bool | None = None


WHICH: dict[str, Callable[[Any], Q]] = {
    "batch_date_from": lambda day: Q(batch_date__gte=day),
    "batch_date_to": lambda day: Q(batch_date__lte=day),
    "status": lambda status: Q(status=status),
    "is_online": lambda is_online: Q(is_api=is_online),
}


def find_wanted(wanted: Wanted, *, by: User) -> QuerySet[ReferenceBatch]:
    """The batches that are looked for, the newest first, each with what make_row() tells of it."""
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    return _read(by).filter(*(WHICH[name](value) for name, value in asked.items())).order_by(*NEWEST_FIRST)


def get_row(batch_id: int, *, by: User) -> Row:
    """The row of one batch. Raises ReferenceBatch.DoesNotExist."""
    return make_row(_read(by).get(pk=batch_id))


def make_row(batch: Any) -> Row:
    """A row of a batch that was read so."""
    return {
        **{name: getattr(batch, name) for name in FIELDS},
        "is_online": batch.is_api,
        "user": str(batch.user),
        "facility": batch.facility.name if batch.facility else None,
        "facility_number": batch.facility.number if batch.facility else None,
        "receipt_count": batch.receipts_now if batch.is_open else batch.closed_receipt_count,
        "closed_by": str(batch.closed_by) if batch.closed_by else "",
    }


def _read(by: User) -> QuerySet[ReferenceBatch]:
    own = ReferenceBatch.objects.filter(pk=OuterRef("pk"), status=ReferenceBatch.Status.OPEN, receipts__void=None)
    now = own.values("pk").annotate(count=Count("receipts")).values("count")
    return (
        batches_with_totals(by=by)
        .select_related("user", "closed_by", "facility")
        .annotate(
            receipts_now=Coalesce(Subquery(now), 0),
            amounts_hidden=Case(When(pk__in=hidden_batches(by), then=True), default=False),
        )
    )


def make_breakdown(batch: ReferenceBatch, *, by: User) -> Row:
    """A batch taken apart, as its page shows it; see batches.breakdown for what adds up to what."""
    breakdown, is_hidden = get_breakdown(batch), hides_amounts(batch, by=by)
    kinds = ("received", "refunded", "returned", "voided", "declined")
    rows = {kind: [_method(row, is_hidden) for row in getattr(breakdown, kind)] for kind in kinds}
    return {"batch": batch.pk, "amounts_hidden": is_hidden, **rows, **_sums(breakdown, is_hidden)}


SUMS = ("received", "refunded", "returned", "total", "posted", "disbursed", "escrow", "voided", "own_check")


def _sums(breakdown: Breakdown, is_hidden: bool) -> Row:
    if is_hidden:
        return {**{f"{name}_cents": None for name in SUMS}, "expected": None, "drawer": None, "seen": None}
    sums = {f"{name}_cents": getattr(breakdown, f"{name}_cents") for name in SUMS}
    expected = by_tender(breakdown.due)
    return {**sums, "expected": expected, "drawer": _drawer(breakdown.drawer), "seen": breakdown.seen}


def by_tender(cents: dict[str, int]) -> Row:
    """Cents by what a person counts, each under its name."""
    return {f"{tender.value}_cents": cents[tender] for tender in Tender}


def _drawer(drawer: Drawer) -> Row:
    return {**vars(drawer), "cents": drawer.cents}


def _method(row: MethodTotal, is_hidden: bool) -> Row:
    amount = None if is_hidden else row.amount_cents
    return {"method": row.method, "card_brand": row.card_brand, "count": row.count, "amount_cents": amount}
