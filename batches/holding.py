"""A batch that nobody else changes meanwhile."""

from collections.abc import Iterable

from batches.models import ReferenceBatch
from pops.core.locks import hold
from pops.core.refusals import Refused


class BatchClosed(Refused):
    """The batch is closed already."""

    def __init__(self, batch: ReferenceBatch) -> None:
        super().__init__("batch_closed", "This batch is closed: nothing can be written into it.")
        self.batch = batch


def why_not_change(batch: ReferenceBatch) -> Refused | None:
    """Why nothing can be written into a batch or about it."""
    return None if batch.is_open else BatchClosed(batch)


def lock_batch(*, batch_id: int) -> ReferenceBatch:
    """A batch, its day held alone until the end of the transaction: waits for the payments in flight."""
    hold(alone=[ReferenceBatch.objects.only("batch_date").get(pk=batch_id).batch_date])
    return ReferenceBatch.objects.select_for_update().get(pk=batch_id)


def lock_batches(*, batch_ids: Iterable[int]) -> list[ReferenceBatch]:
    """Several, all their days held together, in the order of their ids. Raises DoesNotExist where one isn't there."""
    ids = set(batch_ids)
    rows = ReferenceBatch.objects.filter(pk__in=ids).order_by("pk")
    hold(alone=set(rows.values_list("batch_date", flat=True)))
    found = list(rows.select_for_update())
    if len(found) < len(ids):
        raise ReferenceBatch.DoesNotExist
    return found
