"""Closing the day: several batches at once, and one deposit of those that were closed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from batches.closing import Closing, close_batches
from batches.deposits import NOTHING, DepositFacts, make_deposit
from batches.models import Deposit, ReferenceBatch
from pops.core.access.models import User
from pops.core.refusals import Refused


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
    return list(
        rows.select_related("user", "facility")
        .prefetch_related("drawer_movements")
        .order_by("batch_date", "is_api", "pk")
    )


def find_closed_of_day(today: dt.date) -> QuerySet[ReferenceBatch]:
    """What of a practice-local date is closed, be it archived."""
    rows = ReferenceBatch.objects.filter(batch_date=today).exclude(status=ReferenceBatch.Status.OPEN)
    return rows.select_related("user").order_by("pk")


def close_day(*, closings: Sequence[Closing], deposit: DepositFacts | None, now: dt.datetime, by: User) -> DayClosed:
    """Close batches, then deposit what was closed of the desk, unless `deposit` is None, all in one transaction.

    Nothing is raised for a batch that can't be closed: the others are closed all the same, and it stays as it was.
    """
    done = DayClosed()
    with transaction.atomic():
        for closing, closed in zip(closings, close_batches(closings=closings, now=now, by=by), strict=True):
            if isinstance(closed, Refused):
                done.refused.append((closing.batch_id, closed))
            else:
                done.closed.append(closed)
        desk = [batch.pk for batch in done.closed if not batch.is_api]
        if deposit and desk:
            _deposit(done, desk, deposit, by)
    return done


def _deposit(done: DayClosed, batch_ids: list[int], facts: DepositFacts, by: User) -> None:
    """Refused before anything is written, the closes stay."""
    try:
        done.deposit = make_deposit(batch_ids=batch_ids, facts=facts, by=by)
    except Refused as refusal:
        # A day without cash and checks has no deposit, and that is no fault.
        done.deposit_refused = None if refusal is NOTHING else refusal
