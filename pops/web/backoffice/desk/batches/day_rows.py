"""The batches that are closed with the day, each with what is to be seen of it."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from batches.breakdown import Breakdown, get_breakdowns
from batches.closing import closes_early, usual_float_left
from batches.day import find_batches_of_day
from batches.models import BatchCount, ReferenceBatch
from batches.reconcile import Line, make_lines
from batches.selectors import find_last_counts, get_online_sum, get_online_sums, get_sums
from payments.takings import Takings
from pops.core.practice.models import Practice


@dataclass(frozen=True)
class Online:
    """The online payments of a day, in cents: here, and as Stripe says."""

    day_cents: int
    stripe_cents: int | None

    @property
    def off_cents(self) -> int:
        """Here - Stripe; 0 where Stripe's word is not known."""
        return 0 if self.stripe_cents is None else self.day_cents - self.stripe_cents


def compare_online(batch: ReferenceBatch, takings: Takings) -> Online:
    """All online payments of a batch's day, its supplements with it, beside what Stripe says of that day."""
    return Online(get_online_sum(batch.batch_date), takings.cents.get(batch.batch_date))


@dataclass
class DayRow:
    """One batch of the day. A drawer that was not counted shows nothing but how many receipts are in it."""

    batch: ReferenceBatch
    count: BatchCount | None
    is_early: bool
    breakdown: Breakdown
    receipt_count: int
    online: Online | None = None
    form: Any = None

    @property
    def is_online(self) -> bool:
        """Whether there is nothing on the desk to count."""
        return self.batch.is_api

    @property
    def needs_count(self) -> bool:
        """Whether it is a drawer that nobody has counted yet."""
        return not self.batch.is_api and self.count is None

    @cached_property
    def lines(self) -> list[Line]:
        return make_lines(self.breakdown.due, self.count)

    @property
    def differs(self) -> bool:
        """Whether the count is over or short somewhere."""
        return self.count is not None and any(line.over_short_cents for line in self.lines)

    @property
    def needs_note(self) -> bool:
        """Whether something has to be explained: the count, or what Stripe says."""
        return self.differs or bool(self.online and self.online.off_cents)

    @property
    def initial(self) -> dict[str, Any]:
        """What the form of a counted batch begins with."""
        return {
            "float_left_cents": usual_float_left(self.breakdown, self.count) or None,
            "reference_total_cents": self.batch.reference_total_cents,
        }


def note_takings(rows: list[DayRow], takings: Takings) -> None:
    """Put what Stripe says beside what came online."""
    ours = get_online_sums(row.batch.batch_date for row in rows if row.is_online)
    for row in rows:
        day = row.batch.batch_date
        row.online = Online(ours[day], takings.cents.get(day)) if row.is_online else None


def find_rows(*, practice: Practice, today: dt.date, now: dt.datetime) -> list[DayRow]:
    """The open batches of today and of earlier days: as many questions for eight as for one."""
    batches = find_batches_of_day(today)
    counts = find_last_counts(batch for batch in batches if not batch.is_api)
    breakdowns, sums = get_breakdowns(batches), get_sums(batches)
    return [
        DayRow(
            batch,
            counts.get(batch.pk),
            closes_early(batch, practice=practice, now=now),
            breakdowns[batch.pk],
            receipt_count=sums[batch.pk][1],
        )
        for batch in batches
    ]
