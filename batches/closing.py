"""Closing a batch over its count."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pghistory
from django.db import transaction

from batches.breakdown import Breakdown, get_breakdown
from batches.holding import lock_batch, why_not_change
from batches.models import BatchAttachment, BatchClose, BatchCloseTender, BatchCount, ReferenceBatch
from batches.selectors import get_online_sum, get_sum
from pops.core.access.models import User
from pops.core.methods import Tender
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse

Status = ReferenceBatch.Status
CLOSED_FIELDS = ("status", "closed_at", "closed_by", "closed_total_cents", "closed_receipt_count")


class CountMissing(Refused):
    """A batch of the desk is closed over a count, made since it was last opened."""

    def __init__(self) -> None:
        super().__init__("count_missing", "This count belongs to another batch or to an earlier close. Count again.")


class DifferenceUnexplained(Refused):
    """What was counted differs from what was expected, and nobody said why."""

    def __init__(self) -> None:
        super().__init__("difference_unexplained", "The count differs from what is expected. Say why before you close.")


class ReferenceUnexplained(Refused):
    """The reference total is not what is in the batch, and nobody said why."""

    def __init__(self) -> None:
        words = "The reference total is not what is in the batch. Say why before you close."
        super().__init__("reference_unexplained", words)


class ProcessorUnexplained(Refused):
    """The card processor says another sum for the day than the books, and nobody said why."""

    def __init__(self) -> None:
        words = "Stripe took another sum on that day than is recorded here. Say why before you close."
        super().__init__("processor_unexplained", words)


class TotalsChanged(Refused):
    """Money came or went since the person looked at the totals."""

    def __init__(self) -> None:
        super().__init__(
            "totals_changed",
            "Money came or went while you looked at this page. These are the new totals: look again.",
        )


class DayNotOver(Refused):
    """Online payments of today are closed while more of them may come, and nobody said that this is meant."""

    def __init__(self) -> None:
        words = "The day is not over: online payments that still come today open a supplement. Tick that you know it."
        super().__init__("day_not_over", words)


def why_not_close(batch: ReferenceBatch, *, by: User) -> Refused | None:
    """Why a person can't close a batch."""
    if not by.has_perm("batches.close_batch"):
        return Refused("no_right_to_close", "You may count and reconcile, not close. Ask somebody who may.")
    return why_not_change(batch)


def closes_early(batch: ReferenceBatch, *, now: dt.datetime) -> bool:
    """Whether online payments may still come into a batch: whoever closes it is asked."""
    return batch.is_api and now < get_practice().day_end(batch.batch_date)


def close_batch(
    *,
    batch_id: int,
    now: dt.datetime,
    by: User,
    count_id: int | None = None,
    note: str = "",
    expected_seen: Mapping[str, int] | None = None,
    float_left_cents: int | None = None,
    reference_total_cents: int | None = None,
    knows_day_goes_on: bool = False,
    processor_cents: int | None = None,
) -> ReferenceBatch:
    """Close a batch with its totals, in cents, the count and the differences.

    `float_left_cents` stay in the drawer, None for what it began with; `processor_cents` is what the card processor
    says it took on the day of API Payments. Raises BatchClosed when somebody was first, CountMissing,
    DifferenceUnexplained, ReferenceUnexplained, ProcessorUnexplained, DayNotOver, and TotalsChanged when the expected
    totals are no longer those that the person saw.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_close(batch, by=by))
        if closes_early(batch, now=now) and not knows_day_goes_on:
            raise DayNotOver
        if reference_total_cents is not None:
            batch.reference_total_cents = reference_total_cents
        breakdown = get_breakdown(batch)
        online = _compare_online(batch, processor_cents, note.strip())
        close = _make_close(
            batch, breakdown, count_id=count_id, note=note.strip(), left=float_left_cents, by=by, online=online
        )
        if expected_seen is not None and dict(expected_seen) != breakdown.seen:
            raise TotalsChanged
        batch.status, batch.closed_at, batch.closed_by = Status.CLOSED, now, by
        batch.closed_total_cents, batch.closed_receipt_count = close.total_cents, close.receipt_count
        with pghistory.context(user=by.pk, reason=note or "Closed"):
            batch.save(update_fields=[*CLOSED_FIELDS, "reference_total_cents"])
        BatchAttachment.objects.filter(batch=batch).delete()
    return batch


def _make_close(
    batch: ReferenceBatch,
    breakdown: Breakdown,
    *,
    count_id: int | None,
    note: str,
    left: int | None,
    by: User,
    online: Mapping[str, int],
) -> BatchClose:
    count = _get_count(batch, count_id)
    over_short = {tender: count.by_tender[tender] - cents if count else 0 for tender, cents in breakdown.due.items()}
    total, receipts = get_sum(batch)
    _require_note(note, over_short, batch.reference_total_cents, total)
    close = BatchClose.objects.create(
        batch=batch,
        count=count,
        note=note,
        closed_by=by,
        total_cents=total,
        receipt_count=receipts,
        own_check_cents=breakdown.own_check_cents,
        reference_cents=batch.reference_total_cents,
        float_left_cents=_float_left(count, breakdown, left),
        **online,
        **_drawer_facts(breakdown),
    )
    BatchCloseTender.objects.bulk_create(
        BatchCloseTender(close=close, tender=tender, expected_cents=cents, over_short_cents=over_short[tender])
        for tender, cents in breakdown.expected.items()
    )
    return close


def _require_note(note: str, over_short: Mapping[str, int], reference: int | None, total: int) -> None:
    if any(over_short.values()) and not note:
        raise DifferenceUnexplained
    if reference is not None and reference != total and not note:
        raise ReferenceUnexplained


def _compare_online(batch: ReferenceBatch, processor_cents: int | None, note: str) -> dict[str, int]:
    """What the processor says of the day beside what is recorded here. Raises ProcessorUnexplained."""
    if processor_cents is None or not batch.is_api:
        return {}
    online = get_online_sum(batch.batch_date)
    if online != processor_cents and not note:
        raise ProcessorUnexplained
    return {"processor_cents": processor_cents, "online_cents": online}


def _drawer_facts(breakdown: Breakdown) -> dict[str, Any]:
    drawer = breakdown.drawer
    return {
        "float_cents": drawer.float_cents,
        "paid_in_cents": drawer.paid_in_cents,
        "paid_out_cents": drawer.paid_out_cents,
        "dropped_cents": drawer.dropped_cents,
    }


def usual_float_left(breakdown: Breakdown, count: BatchCount | None) -> int:
    """What stays in a drawer unless told otherwise: what it began with, or what is there of it. In cents."""
    counted = count.by_tender[Tender.CASH] if count else 0
    return max(min(breakdown.drawer.float_cents, counted), 0)


def _float_left(count: BatchCount | None, breakdown: Breakdown, left: int | None) -> int:
    """What stays in the drawer. Raises Refused."""
    counted = count.by_tender[Tender.CASH] if count else 0
    if left is None:
        return usual_float_left(breakdown, count)
    if left < 0 or left > max(counted, 0):
        raise Refused("float_too_high", "More can't stay in the drawer than was counted in it.")
    return left


def _get_count(batch: ReferenceBatch, count_id: int | None) -> BatchCount | None:
    if count_id is None and batch.is_api:
        return None
    count = batch.counts.filter(pk=count_id or 0, close=None).first()
    reopening = batch.reopenings.order_by("-pk").first()
    if count is None or (reopening and count.counted_at < reopening.reopened_at):
        raise CountMissing
    return count
