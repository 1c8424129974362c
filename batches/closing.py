"""Counting, closing, reopening and archiving batches, and the month-end lock."""

import datetime as dt
from collections.abc import Mapping

import pghistory
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from batches.models import (
    BatchAttachment,
    BatchClose,
    BatchCount,
    BatchReopening,
    PeriodLock,
    ReferenceBatch,
)
from batches.selectors import TENDERS, find_locked_through, get_breakdown, get_sum
from batches.services import lock_batch, lock_day, refuse_locked
from pops.core.access.models import User

Status = ReferenceBatch.Status
CLOSED_FIELDS = ("status", "closed_at", "closed_by", "closed_total_cents", "closed_receipt_count")


class CountMissing(Exception):
    """A batch of the desk is closed over a count, made since it was last opened."""


class DifferenceUnexplained(Exception):
    """What was counted differs from what was expected, and nobody said why."""


class TotalsChanged(Exception):
    """Money came or went since the person looked at the totals."""


class BatchNotClosed(Exception):
    """Only a closed batch can be reopened or archived."""


class ReasonMissing(Exception):
    """This needs a reason."""


class PeriodHasOpenBatches(Exception):
    """A batch of the period is still open; `args[0]` lists them."""


class PeriodNotOver(Exception):
    """Only days that are over can be locked, and a lock only grows."""


def count_batch(*, batch_id: int, counted: Mapping[str, int], by: User) -> BatchCount:
    """Keep what a person counted, in cents by tender. Raises BatchClosed."""
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        return BatchCount.objects.create(
            batch=batch, counted_by=by, **{f"{tender}_cents": counted[tender] for tender in TENDERS}
        )


def close_batch(
    *,
    batch_id: int,
    by: User,
    count_id: int | None = None,
    note: str = "",
    expected_seen: Mapping[str, int] | None = None,
) -> ReferenceBatch:
    """Close a batch with its totals, in cents, the count and the differences.

    Raises BatchClosed when somebody was first, CountMissing, DifferenceUnexplained, and TotalsChanged when the
    expected totals are no longer those that the person saw.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        close = _make_close(batch, count_id=count_id, note=note.strip(), by=by)
        sums = {name: getattr(close, f"{name}_cents") for name in (*TENDERS, "own_check")}
        if expected_seen is not None and dict(expected_seen) != sums:
            raise TotalsChanged(batch)
        close.save()
        batch.status = Status.CLOSED
        batch.closed_at, batch.closed_by = timezone.now(), by
        batch.closed_total_cents, batch.closed_receipt_count = close.total_cents, close.receipt_count
        with pghistory.context(user=by.pk, reason=note or "Closed"):
            batch.save(update_fields=["status", "closed_at", "closed_by", "closed_total_cents", "closed_receipt_count"])
        BatchAttachment.objects.filter(batch=batch).delete()
    return batch


def _make_close(batch: ReferenceBatch, *, count_id: int | None, note: str, by: User) -> BatchClose:
    count = _get_count(batch, count_id)
    total, receipts = get_sum(batch)
    breakdown = get_breakdown(batch)
    expected = breakdown.expected
    close = BatchClose(
        batch=batch,
        count=count,
        note=note,
        closed_by=by,
        total_cents=total,
        receipt_count=receipts,
        own_check_cents=breakdown.own_check_cents,
        **{f"{tender}_cents": cents for tender, cents in expected.items()},
    )
    differs = False
    for tender, cents in expected.items() if count else ():
        over_short = getattr(count, f"{tender}_cents") - cents
        setattr(close, f"{tender}_over_short_cents", over_short)
        differs = differs or over_short != 0
    if differs and not note:
        raise DifferenceUnexplained(batch)
    return close


def _get_count(batch: ReferenceBatch, count_id: int | None) -> BatchCount | None:
    if count_id is None and batch.is_api:
        return None
    count = batch.counts.filter(pk=count_id or 0, close=None).first()
    reopening = batch.reopenings.order_by("-pk").first()
    if count is None or (reopening and count.counted_at < reopening.reopened_at):
        raise CountMissing(batch)
    return count


def reopen_batch(*, batch_id: int, reason: str, by: User) -> ReferenceBatch:
    """Open a closed batch again. Raises BatchNotClosed, PeriodLocked, ReasonMissing.

    While a supplement of an API Payments batch is open, the batch itself stays closed: BatchNotClosed too,
    as there is one open API batch a date.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        batch = _lock_closed(batch_id)
        BatchReopening.objects.create(batch=batch, reason=reason.strip(), reopened_by=by)
        batch.status = Status.OPEN
        batch.closed_at = batch.closed_by = batch.closed_total_cents = batch.closed_receipt_count = None
        try:
            _save(batch, *CLOSED_FIELDS, reason=reason, by=by)
        except IntegrityError as error:
            if "one_open_api_batch" not in str(error):
                raise
            raise BatchNotClosed("Close its supplement first: one API Payments batch of a date is open.") from error
    return batch


def archive_batch(*, batch_id: int, by: User) -> ReferenceBatch:
    """File a closed batch away. Raises BatchNotClosed, PeriodLocked."""
    with transaction.atomic():
        batch = _lock_closed(batch_id)
        batch.status, batch.archived_at, batch.archived_by = Status.ARCHIVED, timezone.now(), by
        _save(batch, "status", "archived_at", "archived_by", reason="Archived", by=by)
    return batch


def _save(batch: ReferenceBatch, *fields: str, reason: str, by: User) -> None:
    """Save with the reason for its history. Raises PeriodLocked when a month-end lock was faster."""
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
            batch.save(update_fields=fields)
    except IntegrityError:
        refuse_locked(batch.batch_date)
        raise


def _lock_closed(batch_id: int) -> ReferenceBatch:
    lock_day(date=ReferenceBatch.objects.only("batch_date").get(pk=batch_id).batch_date)
    batch = ReferenceBatch.objects.select_for_update().get(pk=batch_id)
    if batch.status != Status.CLOSED:
        raise BatchNotClosed(f"This batch is {batch.get_status_display().lower()}.")
    refuse_locked(batch.batch_date)
    return batch


def lock_period(*, locked_through: dt.date, today: dt.date, by: User, note: str = "") -> PeriodLock:
    """Lock all batches up to and including a practice-local date, for good.

    Raises PeriodNotOver, and PeriodHasOpenBatches: what is open could never be closed any more.
    """
    with transaction.atomic():
        # Waits for whoever is opening, closing or reopening a batch, and keeps the next ones out until we are
        # done; the database's own trigger then refuses them. Reading goes on.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE batches_referencebatch IN SHARE ROW EXCLUSIVE MODE")
        before = find_locked_through()
        if locked_through >= today or (before and locked_through <= before):
            raise PeriodNotOver(locked_through)
        batches = list(ReferenceBatch.objects.filter(status="open", batch_date__lte=locked_through)[:20])
        if batches:
            raise PeriodHasOpenBatches(batches)
        return PeriodLock.objects.create(locked_through=locked_through, note=note.strip(), locked_by=by)
