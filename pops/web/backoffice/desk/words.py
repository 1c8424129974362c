"""What the services refuse, in words for the desk."""

from batches.closing import (
    BatchNotClosed,
    CountMissing,
    DifferenceUnexplained,
    PeriodHasOpenBatches,
    PeriodNotOver,
    ReasonMissing,
    TotalsChanged,
)
from batches.services import BatchClosed, BatchNotAttachable, NoAttachedBatch, PeriodLocked
from payments.gateway.client import Rejected
from pops.core.refusals import Refused

WORDS: dict[type[Exception], str] = {
    BatchClosed: "Somebody has closed this batch. Nothing was changed.",
    BatchNotAttachable: "This is not an open batch of today. Nothing was changed.",
    BatchNotClosed: "Only a closed batch can be reopened or archived.",
    CountMissing: "This count belongs to another batch or to an earlier close. Count again.",
    DifferenceUnexplained: "The count differs from what is expected. Say why before you close.",
    NoAttachedBatch: "You work in no open batch of today. Open one, or attach one, and try again.",
    PeriodHasOpenBatches: "There are open batches in this period. Close them first.",
    PeriodLocked: "This period was locked at month-end: what is in it can be seen, not changed.",
    PeriodNotOver: "Choose a day that is over and lies after the last locked day.",
    ReasonMissing: "Say why. The reason is kept.",
    TotalsChanged: "Money came or went while you looked at this page. These are the new totals: look again.",
}
REFUSALS: tuple[type[Exception], ...] = (*WORDS, Refused, Rejected)


def explain(error: Exception) -> str:
    """The error as the desk reads it."""
    if isinstance(error, Refused | Rejected) or (isinstance(error, BatchNotClosed) and error.args):
        return str(error)
    return WORDS[type(error)]
