"""Background work on receipts: their PDFs."""

import logging

from celery import shared_task

from receipts import documents
from receipts.selectors import find_documentless
from receipts.services import RENDER_MISSING, RENDER_ONE

logger = logging.getLogger(__name__)

# A receipt takes some hundredths of a second: many times this would not fit into the task's time.
AT_ONCE = 200
# Receipts are rendered within seconds of their issue. This many back costs the database next to nothing.
RECENT = 2_000


@shared_task(name=RENDER_ONE)
def render_document(receipt_number: int) -> None:
    """Render and store the PDF of one receipt, for somebody who waits for it."""
    documents.store_document(receipt_number=receipt_number)


@shared_task(name=RENDER_MISSING)
def render_missing() -> None:
    """Render the receipts just issued, and those of late whose call was lost."""
    _render(find_documentless(recent=RECENT, limit=AT_ONCE))


@shared_task
def render_all_missing() -> None:
    """Render what is left from a long standstill: looks through all receipts, as long as that leads anywhere."""
    if _render(find_documentless(recent=None, limit=AT_ONCE)) == AT_ONCE:
        render_all_missing.delay()


def _render(numbers: list[int]) -> int:
    """How many were made. One that fails must not keep the others waiting; the next sweep tries it again."""
    made = 0
    for number in numbers:
        try:
            documents.store_document(receipt_number=number)
            made += 1
        except Exception:
            logger.exception("The PDF of receipt %s could not be made", number)
    return made
