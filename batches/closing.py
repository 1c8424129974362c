"""Closing batches over their counts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import prefetch_related_objects

from batches.breakdown import Breakdown, get_breakdowns
from batches.holding import lock_batches, why_not_change
from batches.models import BatchAttachment, BatchClose, BatchCloseTender, BatchCount, ReferenceBatch
from batches.selectors import get_online_sums, get_sums
from pops.core.access.models import User
from pops.core.methods import Tender
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse

Status = ReferenceBatch.Status
CLOSED_FIELDS = ("status", "closed_at", "closed_by", "closed_total_cents", "closed_receipt_count")
CLOSE_SAVES = (*CLOSED_FIELDS, "reference_total_cents")


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
            "Money came or went since the totals were looked at. Look at the new ones.",
        )


class DayNotOver(Refused):
    """Online payments of today are closed while more of them may come, and nobody said that this is meant."""

    def __init__(self) -> None:
        words = "The day is not over: online payments that still come today open a supplement. Say that you know it."
        super().__init__("day_not_over", words)


def why_not_close(batch: ReferenceBatch, *, by: User) -> Refused | None:
    """Why a person can't close a batch."""
    if not by.has_perm("batches.close_batch"):
        return Refused("no_right_to_close", "You may count and reconcile, not close. Ask somebody who may.")
    return why_not_change(batch)


def closes_early(batch: ReferenceBatch, *, practice: Practice, now: dt.datetime) -> bool:
    """Whether online payments may still come into a batch: whoever closes it is asked."""
    return batch.is_api and now < practice.day_end(batch.batch_date)


@dataclass(frozen=True)
class Closing:
    """How one batch is closed. Amounts in cents.

    `float_left_cents` stay in the drawer, None for what it began with; `processor_cents` is what the card processor
    says it took on the day of API Payments; `expected_seen` are the sums that the person saw who closes over them.
    """

    batch_id: int
    count_id: int | None = None
    note: str = ""
    expected_seen: Mapping[str, int] | None = None
    float_left_cents: int | None = None
    reference_total_cents: int | None = None
    knows_day_goes_on: bool = False
    processor_cents: int | None = None


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

    Raises BatchClosed when somebody was first, CountMissing, DifferenceUnexplained, ReferenceUnexplained,
    ProcessorUnexplained, DayNotOver, and TotalsChanged when the expected totals are no longer those that were seen.
    """
    closing = Closing(
        batch_id=batch_id,
        count_id=count_id,
        note=note,
        expected_seen=expected_seen,
        float_left_cents=float_left_cents,
        reference_total_cents=reference_total_cents,
        knows_day_goes_on=knows_day_goes_on,
        processor_cents=processor_cents,
    )
    with transaction.atomic():
        [closed] = close_batches(closings=[closing], now=now, by=by)
    if isinstance(closed, Refused):
        raise closed
    return closed


def close_batches(*, closings: Sequence[Closing], now: dt.datetime, by: User) -> list[ReferenceBatch | Refused]:
    """Close several, judged one by one: of each the batch as it is closed, or why it stays as it was.

    Their days are held together, so all is read and written for all of them at once: payments wait as long as for one.
    """
    practice = get_practice()
    with transaction.atomic():
        found = _hold_contents(closing.batch_id for closing in closings)
        made: list[BatchClose | Refused] = []
        for closing in closings:
            try:
                made.append(_judge(closing, found[closing.batch_id], practice=practice, now=now, by=by))
            except Refused as refusal:
                made.append(refusal)
        closes = [close for close in made if isinstance(close, BatchClose)]
        _write(closes, found)
    return [one.batch if isinstance(one, BatchClose) else one for one in made]


@dataclass(frozen=True)
class Contents:
    """What is in a batch whose day is held. Amounts in cents."""

    batch: ReferenceBatch
    breakdown: Breakdown
    total: int
    receipt_count: int
    online: int


def _hold_contents(batch_ids: Iterable[int]) -> dict[int, Contents]:
    """What is in the batches, by their ids; each is locked, and its day held alone until the end of the transaction."""
    batches = lock_batches(batch_ids=batch_ids)
    prefetch_related_objects(batches, "drawer_movements", "reopenings", "counts__tenders", "counts__close")
    breakdowns, sums = get_breakdowns(batches), get_sums(batches)
    online = get_online_sums(batch.batch_date for batch in batches if batch.is_api)
    return {
        batch.pk: Contents(batch, breakdowns[batch.pk], *sums[batch.pk], online[batch.batch_date]) for batch in batches
    }


def _judge(closing: Closing, found: Contents, *, practice: Practice, now: dt.datetime, by: User) -> BatchClose:
    """The close of a batch, which is closed by it; neither is written yet. Raises what close_batch() raises."""
    batch, breakdown, note = found.batch, found.breakdown, closing.note.strip()
    refuse(why_not_close(batch, by=by))
    if closes_early(batch, practice=practice, now=now) and not closing.knows_day_goes_on:
        raise DayNotOver
    online = _compare_online(found, closing.processor_cents, note)
    count, reference = _get_count(batch, closing.count_id), closing.reference_total_cents
    close = BatchClose(
        batch=batch,
        count=count,
        note=note,
        closed_by=by,
        total_cents=found.total,
        receipt_count=found.receipt_count,
        own_check_cents=breakdown.own_check_cents,
        returned_cents=breakdown.returned_cents,
        reference_cents=batch.reference_total_cents if reference is None else reference,
        float_left_cents=_float_left(count, breakdown, closing.float_left_cents),
        **online,
        **_drawer_facts(breakdown),
    )
    _require_note(close, breakdown)
    if closing.expected_seen is not None and dict(closing.expected_seen) != breakdown.seen:
        raise TotalsChanged
    _mark_closed(batch, close, now)
    return close


def _mark_closed(batch: ReferenceBatch, close: BatchClose, now: dt.datetime) -> None:
    batch.status, batch.closed_at, batch.closed_by = Status.CLOSED, now, close.closed_by
    batch.closed_total_cents, batch.closed_receipt_count = close.total_cents, close.receipt_count
    batch.reference_total_cents = close.reference_cents


def _write(closes: Sequence[BatchClose], found: Mapping[int, Contents]) -> None:
    BatchClose.objects.bulk_create(closes)
    BatchCloseTender.objects.bulk_create(
        BatchCloseTender(close=close, tender=tender, expected_cents=cents, over_short_cents=over_short[tender])
        for close in closes
        for breakdown in [found[close.batch_id].breakdown]
        for over_short in [_compare_count(close.count, breakdown)]
        for tender, cents in breakdown.expected.items()
    )
    for reason, of_reason in groupby(sorted(closes, key=_say_why), key=_say_why):
        same = list(of_reason)
        with pghistory.context(user=same[0].closed_by_id, reason=reason):
            ReferenceBatch.objects.bulk_update([close.batch for close in same], CLOSE_SAVES)
    BatchAttachment.objects.filter(batch__in=[close.batch_id for close in closes]).delete()


def _say_why(close: BatchClose) -> str:
    return close.note or "Closed"


def _compare_count(count: BatchCount | None, breakdown: Breakdown) -> dict[str, int]:
    """Counted - due, in cents by tender; 0 where nothing is counted."""
    return {tender: count.by_tender[tender] - cents if count else 0 for tender, cents in breakdown.due.items()}


def _require_note(close: BatchClose, breakdown: Breakdown) -> None:
    if any(_compare_count(close.count, breakdown).values()) and not close.note:
        raise DifferenceUnexplained
    if close.reference_cents not in (None, close.total_cents) and not close.note:
        raise ReferenceUnexplained


def _compare_online(found: Contents, processor_cents: int | None, note: str) -> dict[str, int]:
    """What the processor says of the day beside what is recorded here. Raises ProcessorUnexplained."""
    if processor_cents is None or not found.batch.is_api:
        return {}
    if found.online != processor_cents and not note:
        raise ProcessorUnexplained
    return {"processor_cents": processor_cents, "online_cents": found.online}


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
    reopened_at = max((reopening.reopened_at for reopening in batch.reopenings.all()), default=None)
    for count in batch.counts.all():
        is_stale = hasattr(count, "close") or (reopened_at is not None and count.counted_at < reopened_at)
        if count.pk == count_id and not is_stale:
            return count
    raise CountMissing
