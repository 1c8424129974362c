"""Counting a batch. Every count is kept; one after the first tells why, or another person makes it."""

from collections.abc import Mapping

from django.db import transaction

from batches.holding import lock_batch, why_not_change
from batches.models import BatchCount, BatchCountTender, ReferenceBatch
from batches.selectors import find_last_count
from pops.core.access.models import User
from pops.core.methods import Tender
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse

# The worth in cents of the bills and coins that lie in a drawer, as they are counted.
PIECES = (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1)


class CountUnexplained(Refused):
    """The batch was counted before, and what is expected was shown: a second count says why."""

    def __init__(self) -> None:
        super().__init__("recount_unexplained", "This batch was counted before. Say why it is counted again.")


class NeedsOtherHand(Refused):
    """The batch was counted before, and the practice wants another person to count it again."""

    def __init__(self, count: BatchCount) -> None:
        words = f"{count.counted_by} counted this batch and saw what is expected. Somebody else has to count it again."
        super().__init__("needs_other_hand", words)


def why_not_count(batch: ReferenceBatch, *, by: User) -> Refused | None:
    """Why a person can't count a batch, whatever they say."""
    if refusal := why_not_change(batch):
        return refusal
    last = find_last_count(batch)
    if last and last.counted_by_id == by.pk and get_practice().recount == Practice.Recount.OTHER_HAND:
        return NeedsOtherHand(last)
    return None


def asks_why_again(batch: ReferenceBatch) -> bool:
    """Whether a count of this batch has to say why it is made: it is not the first since the batch was opened."""
    return get_practice().recount == Practice.Recount.REASON and find_last_count(batch) is not None


def count_batch(
    *,
    batch_id: int,
    counted: Mapping[str, int],
    by: User,
    pieces: Mapping[int, int] | None = None,
    reason: str = "",
) -> BatchCount:
    """Keep what a person counted, in cents by tender; of cash also how many `pieces` of which worth.

    Raises BatchClosed, and CountUnexplained or NeedsOtherHand when the batch was counted before.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_count(batch, by=by))
        if asks_why_again(batch) and not reason.strip():
            raise CountUnexplained
        told = {str(worth): number for worth, number in (pieces or {}).items() if number}
        count = BatchCount.objects.create(batch=batch, counted_by=by, pieces=told, reason=reason.strip())
        BatchCountTender.objects.bulk_create(
            BatchCountTender(count=count, tender=tender, cents=counted[tender]) for tender in Tender
        )
    return count
