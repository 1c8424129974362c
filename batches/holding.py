"""A batch that nobody else changes meanwhile."""

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
