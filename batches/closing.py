"""Counting and closing a batch."""

import datetime as dt
from collections.abc import Mapping

import pghistory
from django.db import transaction

from batches.holding import lock_batch, why_not_change
from batches.models import (
    BatchAttachment,
    BatchClose,
    BatchCloseTender,
    BatchCount,
    BatchCountTender,
    ReferenceBatch,
)
from batches.selectors import Breakdown, get_breakdown, get_sum
from pops.core.access.models import User
from pops.core.methods import Tender
from pops.core.refusals import Refused, refuse

Status = ReferenceBatch.Status


class CountMissing(Refused):
    """A batch of the desk is closed over a count, made since it was last opened."""

    def __init__(self) -> None:
        super().__init__("count_missing", "This count belongs to another batch or to an earlier close. Count again.")


class DifferenceUnexplained(Refused):
    """What was counted differs from what was expected, and nobody said why."""

    def __init__(self) -> None:
        super().__init__("difference_unexplained", "The count differs from what is expected. Say why before you close.")


class TotalsChanged(Refused):
    """Money came or went since the person looked at the totals."""

    def __init__(self) -> None:
        super().__init__(
            "totals_changed",
            "Money came or went while you looked at this page. These are the new totals: look again.",
        )


def why_not_close(batch: ReferenceBatch, *, by: User) -> Refused | None:
    """Why a person can't close a batch."""
    if not by.has_perm("batches.close_batch"):
        return Refused("no_right_to_close", "You may count and reconcile, not close. Ask somebody who may.")
    return why_not_change(batch)


def count_batch(*, batch_id: int, counted: Mapping[str, int], by: User) -> BatchCount:
    """Keep what a person counted, in cents by tender. Raises BatchClosed."""
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_change(batch))
        count = BatchCount.objects.create(batch=batch, counted_by=by)
        BatchCountTender.objects.bulk_create(
            BatchCountTender(count=count, tender=tender, cents=counted[tender]) for tender in Tender
        )
    return count


def close_batch(
    *,
    batch_id: int,
    now: dt.datetime,
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
        refuse(why_not_close(batch, by=by))
        breakdown = get_breakdown(batch)
        close = _make_close(batch, breakdown, count_id=count_id, note=note.strip(), by=by)
        if expected_seen is not None and dict(expected_seen) != breakdown.seen:
            raise TotalsChanged
        batch.status, batch.closed_at, batch.closed_by = Status.CLOSED, now, by
        batch.closed_total_cents, batch.closed_receipt_count = close.total_cents, close.receipt_count
        with pghistory.context(user=by.pk, reason=note or "Closed"):
            batch.save(update_fields=["status", "closed_at", "closed_by", "closed_total_cents", "closed_receipt_count"])
        BatchAttachment.objects.filter(batch=batch).delete()
    return batch


def _make_close(
    batch: ReferenceBatch, breakdown: Breakdown, *, count_id: int | None, note: str, by: User
) -> BatchClose:
    count = _get_count(batch, count_id)
    over_short = {
        tender: count.by_tender[tender] - cents if count else 0 for tender, cents in breakdown.expected.items()
    }
    if any(over_short.values()) and not note:
        raise DifferenceUnexplained
    total, receipts = get_sum(batch)
    close = BatchClose.objects.create(
        batch=batch,
        count=count,
        note=note,
        closed_by=by,
        total_cents=total,
        receipt_count=receipts,
        own_check_cents=breakdown.own_check_cents,
    )
    BatchCloseTender.objects.bulk_create(
        BatchCloseTender(close=close, tender=tender, expected_cents=cents, over_short_cents=over_short[tender])
        for tender, cents in breakdown.expected.items()
    )
    return close


def _get_count(batch: ReferenceBatch, count_id: int | None) -> BatchCount | None:
    if count_id is None and batch.is_api:
        return None
    count = batch.counts.filter(pk=count_id or 0, close=None).first()
    reopening = batch.reopenings.order_by("-pk").first()
    if count is None or (reopening and count.counted_at < reopening.reopened_at):
        raise CountMissing
    return count
