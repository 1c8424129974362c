"""The practice at a glance: what came in today, what is open, and the last 30 days beside what is usual.

Nothing here looks at all receipts: open batches are summed now, by what is in them; a closed batch has its total. Each
question asks for a range of days or for what is open, by an index. Amounts of batches that somebody may not see now are
left out, and said to be.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from batches.blind import hidden_batches
from batches.models import BatchAttachment, ReferenceBatch
from payments.reports.charts import Chart
from pops.core.access.models import User
from receipts.models import Receipt

Status = ReferenceBatch.Status
Key = TypeVar("Key")
DAYS = 30
# What is usual for a weekday: as it was in the weeks before these days.
WEEKS = 12
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)

# Voids are found by when they were: a receipt is voided on its own day, so none is older than its batch.
SUMS = """
SELECT batch_id, channel, is_back, sum(cents)::bigint, sum(receipts)::bigint
FROM (
    SELECT batch_id, channel, amount_cents < 0 AS is_back, amount_cents AS cents, 1 AS receipts
    FROM receipts_receipt WHERE batch_id = ANY(%(batches)s) AND amount_cents <> 0
    UNION ALL
    SELECT r.batch_id, r.channel, r.amount_cents < 0, -r.amount_cents, -1
    FROM receipts_receiptvoid v JOIN receipts_receipt r ON r.number = v.receipt_id
    WHERE v.voided_at >= %(since)s AND r.batch_id = ANY(%(batches)s)
) counted
GROUP BY batch_id, channel, is_back
"""


@dataclass(frozen=True)
class Sums:
    """What batches hold of one channel, in or back, voided receipts left out."""

    batch_id: int
    channel: str
    is_back: bool
    cents: int
    receipts: int


@dataclass(frozen=True)
class Taken:
    """What came in today by one channel, or went back. `cents` is None while somebody may not see it."""

    name: str
    label: str
    receipts: int
    cents: int | None


@dataclass(frozen=True)
class Glance:
    """What the front page tells of money."""

    today: dt.date
    batches: list[ReferenceBatch]  # open, of today, or worked in; each with total_cents, is_mine and is_unseen
    sums: list[Sums]
    closed: dict[dt.date, int] = field(default_factory=dict)  # totals of closed batches, by day

    @cached_property
    def unseen(self) -> list[ReferenceBatch]:
        """Batches whose amounts this person may not see now."""
        return [batch for batch in self.batches if batch.is_unseen]  # type: ignore[attr-defined]

    @property
    def mine(self) -> ReferenceBatch | None:
        """The batch this person works in, be it closed meanwhile."""
        return next((batch for batch in self.batches if batch.is_mine), None)  # type: ignore[attr-defined]

    @property
    def earlier(self) -> list[ReferenceBatch]:
        """What is still open from earlier days, oldest first."""
        return [batch for batch in self.batches if batch.is_open and batch.batch_date < self.today]

    @property
    def open_today(self) -> list[ReferenceBatch]:
        """What is open of today, API Payments first."""
        now = [batch for batch in self.batches if batch.is_open and batch.batch_date >= self.today]
        return sorted(now, key=lambda batch: (not batch.is_api, batch.pk))

    @property
    def closed_today(self) -> list[ReferenceBatch]:
        """What of today is closed already."""
        return [batch for batch in self.batches if not batch.is_open and batch.batch_date == self.today]

    @property
    def taken(self) -> list[Taken]:
        """What was taken today by each channel."""
        return [self._taken(name, label, [name], is_back=False) for name, label in Receipt.Channel.choices]

    @property
    def given_back(self) -> Taken:
        """What was refunded today, by whatever channel."""
        return self._taken("refunds", "Given back", Receipt.Channel.values, is_back=True)

    @property
    def total_cents(self) -> int | None:
        """What today makes, refunds taken off."""
        return self.days[self.today]

    @cached_property
    def days(self) -> dict[dt.date, int | None]:
        """What each of the last days makes; None where something of it is not to be seen."""
        held = _sum_by(self.sums, {batch.pk: batch.batch_date for batch in self.batches if batch.is_open})
        unseen = {batch.batch_date for batch in self.unseen}
        return {
            day: None if day in unseen else self.closed.get(day, 0) + held.get(day, 0)
            for day in (self.today - DAY * n for n in range(DAYS - 1, -1, -1))
        }

    @cached_property
    def usual(self) -> dict[int, int | None]:
        """By weekday, what it made on average in the weeks before the last 30 days; None before there were any."""
        last = self.today - DAY * DAYS
        first = min((day for day in self.closed if day <= last), default=None)
        return {
            day.weekday(): _average([self.closed.get(one, 0) for one in _weeks_before(day) if one >= first])
            if first
            else None
            for day in (last - DAY * n for n in range(7))
        }

    @property
    def chart(self) -> Chart:
        """The last 30 days as bars, beside the same weekday's average."""
        values: dict[str, list[int | None]] = {"Taken": list(self.days.values())}
        if any(self.usual.values()):
            values["Usual for the weekday"] = [self.usual[day.weekday()] for day in self.days]
        return Chart(
            title=f"Taken each day, the last {DAYS} days",
            labels=[f"{day:%b} {day.day}" for day in self.days],
            values=values,
        )

    def _taken(self, name: str, label: str, channels: Collection[str], *, is_back: bool) -> Taken:
        of_today = {batch.pk for batch in self.batches if batch.batch_date == self.today}
        rows = [
            row for row in self.sums if row.batch_id in of_today and row.channel in channels and row.is_back == is_back
        ]
        is_unseen = not {row.batch_id for row in rows}.isdisjoint(batch.pk for batch in self.unseen)
        cents = None if is_unseen else sum(row.cents for row in rows)
        return Taken(name, label, sum(row.receipts for row in rows), cents)


def look_at_day(*, today: dt.date, by: User) -> Glance:
    """All that the front page tells of money, in three statements."""
    batches = list(_find_batches(today, by))
    sums = sum_batches(batches)
    totals = _sum_by(sums, {batch.pk: batch.pk for batch in batches})
    for batch in batches:
        now = totals.get(batch.pk, 0) if batch.is_open else batch.closed_total_cents
        batch.total_cents = None if batch.is_unseen else now  # type: ignore[attr-defined]
        batch.receipt_count = sum(row.receipts for row in sums if row.batch_id == batch.pk)
    return Glance(today, batches, sums, _find_closed_totals(today))


def sum_batches(batches: Iterable[ReferenceBatch]) -> list[Sums]:
    """What is in batches now, by channel, in or back."""
    named = list(batches)
    if not named:
        return []
    since = min(batch.opened_at for batch in named)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"batches": [batch.pk for batch in named], "since": since})
        return [Sums(*row) for row in cursor.fetchall()]


def _find_batches(today: dt.date, by: User) -> QuerySet[ReferenceBatch]:
    """Those that are open, of today, or worked in by this person, oldest first: by one index each."""
    mine = BatchAttachment.objects.filter(user=by)
    which = Q(status=Status.OPEN) | Q(batch_date=today) | Q(pk=Subquery(mine.values("batch")[:1]))
    found = ReferenceBatch.objects.filter(which).select_related("user").order_by("batch_date", "pk")
    return found.annotate(
        is_mine=Exists(mine.filter(batch=OuterRef("pk"))),
        is_unseen=Exists(hidden_batches(by).filter(pk=OuterRef("pk"))),
    )


def _find_closed_totals(today: dt.date) -> dict[dt.date, int]:
    since = today - DAY * DAYS - WEEK * WEEKS
    closed = ReferenceBatch.objects.filter(batch_date__gte=since).exclude(status=Status.OPEN).order_by()
    rows = closed.values("batch_date").annotate(cents=Sum("closed_total_cents"))
    return {row["batch_date"]: row["cents"] for row in rows}


def _sum_by(sums: Iterable[Sums], keys: dict[int, Key]) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for row in sums:
        if row.batch_id in keys:
            found[keys[row.batch_id]] += row.cents
    return dict(found)


def _weeks_before(day: dt.date) -> list[dt.date]:
    """This day and the same weekday of the weeks before."""
    return [day - WEEK * n for n in range(WEEKS)]


def _average(cents: list[int]) -> int | None:
    return round(sum(cents) / len(cents)) if cents else None
