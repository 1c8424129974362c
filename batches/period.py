"""The month-end lock: what lies in a locked period is viewable, unchangeable and not reopenable."""

import datetime as dt
from collections.abc import Callable

from django.db import connection, transaction

from batches.models import PeriodLock, ReferenceBatch
from batches.selectors import find_locked_through
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse

BLOCKING_SHOWN = 20


class PeriodLocked(Refused):
    """A practice-local date lies in a period that was locked; `first_open` is the first date after it."""

    def __init__(self, date: dt.date, locked_through: dt.date) -> None:
        super().__init__(
            "period_locked", "This period was locked at month-end: what is in it can be seen, not changed."
        )
        self.date = date
        self.first_open = locked_through + dt.timedelta(days=1)


def on_or_after(date: dt.date, record: Callable[[dt.date], object]) -> None:
    """Record money on its practice-local date; of a locked period on the first open day."""
    try:
        record(date)
    except PeriodLocked as locked:
        record(locked.first_open)


class PeriodHasOpenBatches(Refused):
    """Batches of the period are still open: they could never be closed any more."""

    def __init__(self, batches: list[ReferenceBatch]) -> None:
        super().__init__("period_has_open_batches", "There are open batches in this period. Close them first.")
        self.batches = batches


def why_not_write_on(date: dt.date) -> Refused | None:
    """Why nothing can be written about a practice-local date."""
    locked_through = find_locked_through()
    return PeriodLocked(date, locked_through) if locked_through and date <= locked_through else None


def why_not_lock_period(*, locked_through: dt.date, today: dt.date) -> Refused | None:
    """Why the days through a date can't be locked on the practice's today."""
    before = find_locked_through()
    if locked_through >= today or (before and locked_through <= before):
        return Refused("period_not_over", "Choose a day that is over and lies after the last locked day.")
    still_open = ReferenceBatch.objects.filter(status=ReferenceBatch.Status.OPEN, batch_date__lte=locked_through)
    batches = list(still_open[:BLOCKING_SHOWN])
    return PeriodHasOpenBatches(batches) if batches else None


def lock_period(*, locked_through: dt.date, today: dt.date, by: User, note: str = "") -> PeriodLock:
    """Lock all batches up to and including a practice-local date, for good. Raises PeriodHasOpenBatches, Refused."""
    with transaction.atomic():
        # Waits for whoever is opening, closing or reopening a batch, and keeps the next ones out until we are
        # done; the database's own trigger then refuses them. Reading goes on.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE batches_referencebatch IN SHARE ROW EXCLUSIVE MODE")
        refuse(why_not_lock_period(locked_through=locked_through, today=today))
        return PeriodLock.objects.create(locked_through=locked_through, note=note.strip(), locked_by=by)
