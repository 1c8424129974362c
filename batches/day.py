"""Closing the day: several batches, each under its own lock, and one deposit of those that were closed."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from batches.closing import close_batch
from batches.deposits import NOTHING, DepositFacts, make_deposit
from batches.models import Deposit, ReferenceBatch
from pops.core.access.models import User
from pops.core.refusals import Refused


@dataclass(frozen=True)
class Closing:
    """How one batch is closed: as close_batch() is told."""

    batch_id: int
    count_id: int | None = None
    note: str = ""
    expected_seen: Mapping[str, int] | None = None
    float_left_cents: int | None = None
    reference_total_cents: int | None = None
    knows_day_goes_on: bool = False
    processor_cents: int | None = None


@dataclass
class DayClosed:
    """What came of it: batches closed, those refused with the reason, and the deposit of those that were closed."""

    closed: list[ReferenceBatch] = field(default_factory=list)
    refused: list[tuple[int, Refused]] = field(default_factory=list)
    deposit: Deposit | None = None
    deposit_refused: Refused | None = None


def find_batches_of_day(today: dt.date) -> list[ReferenceBatch]:
    """The open batches of a practice-local date and earlier ones, the oldest first, the desk's before those online."""
    rows = ReferenceBatch.objects.filter(status=ReferenceBatch.Status.OPEN, batch_date__lte=today)
    return list(rows.select_related("user", "facility").order_by("batch_date", "is_api", "pk"))


def close_day(*, closings: Iterable[Closing], deposit: DepositFacts | None, now: dt.datetime, by: User) -> DayClosed:
    """Close each batch in a transaction of its own, then deposit what was closed of the desk, unless `deposit` is None.

    Within a transaction these are savepoints; the batches come with the earliest day first, as days are held.
    Nothing is raised for a batch that can't be closed: the others are closed all the same, and it stays as it was.
    """
    done = DayClosed()
    for closing in closings:
        try:
            done.closed.append(close_batch(now=now, by=by, **vars(closing)))
        except Refused as refusal:
            done.refused.append((closing.batch_id, refusal))
    desk = [batch.pk for batch in done.closed if not batch.is_api]
    if deposit and desk:
        try:
            done.deposit = make_deposit(batch_ids=desk, facts=deposit, by=by)
        except Refused as refusal:
            # A day without cash and checks has no deposit, and that is no fault.
            done.deposit_refused = None if refusal is NOTHING else refusal
    return done
