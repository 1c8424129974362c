"""Background work on receipts and statements: PDFs, the files of a close, what a statement shows, copays."""

import logging

from celery import shared_task
from django.utils import timezone

from pops.core.practice.models import Practice
from pops.core.work import begin, in_turn
from receipts.copays import APPLY_COPAYS, apply_copay, find_waiting
from receipts.documents.calls import MAKE_MISSING, RENDER_MISSING, RENDER_ONE, RENDER_STATEMENT
from receipts.documents.closes import find_closes_without_documents, make_documents
from receipts.documents.deposits import find_deposits_without_documents, make_deposit_documents
from receipts.documents.receipts import store_document
from receipts.documents.statements import store_statement_document
from receipts.selectors import find_documentless
from receipts.statements.freezing import find_guarantors_waiting, freeze_settled

logger = logging.getLogger(__name__)

# More than one turn makes; what is left is handed on.
AT_ONCE = 200
# Receipts are rendered within seconds of their issue. This many back costs the database next to nothing.
RECENT = 2_000
CLOSES_AT_ONCE = 20


@shared_task(name=RENDER_ONE)
def render_document(receipt_number: int) -> None:
    """Render and store the PDF of one receipt, for somebody who waits for it."""
    store_document(receipt_number=receipt_number)


@shared_task(name=RENDER_MISSING)
def render_missing() -> None:
    """Render the receipts just issued, and those of late whose call was lost."""
    begin(RENDER_MISSING)
    found = find_documentless(recent=RECENT, limit=AT_ONCE)
    if 0 < _render(found) < len(found):
        render_missing.delay()


@shared_task
def render_all_missing() -> None:
    """Render what is left from a long standstill: looks through all receipts, as long as that leads anywhere."""
    if _render(find_documentless(recent=None, limit=AT_ONCE)):
        render_all_missing.delay()


@shared_task(name=MAKE_MISSING)
def make_missing() -> None:
    """Make the packet and the slip of each close, and the slip of each deposit, that has none yet."""
    for close_id in in_turn(find_closes_without_documents(limit=CLOSES_AT_ONCE)):
        try:
            make_documents(close_id=close_id)
        except Exception:
            # One that fails must not keep the others waiting; the next sweep tries it again.
            logger.exception("The packet of close %s could not be made", close_id)
    for deposit_id in in_turn(find_deposits_without_documents(limit=CLOSES_AT_ONCE)):
        try:
            make_deposit_documents(deposit_id=deposit_id)
        except Exception:
            logger.exception("The slip of deposit %s could not be made", deposit_id)


@shared_task(name=RENDER_STATEMENT)
def render_statement(detail_id: int) -> None:
    """Render and store the PDF of one statement, for somebody who waits for it."""
    store_statement_document(detail_id=detail_id, now=timezone.now())


@shared_task
def freeze_statements() -> None:
    """Freeze what imported statements show, as soon as their services had time to follow them."""
    now = timezone.now()
    for guarantor_id in in_turn(find_guarantors_waiting(now=now, limit=AT_ONCE)):
        try:
            freeze_settled(guarantor_id=guarantor_id, now=now)
        except Exception:
            logger.exception("The statements of guarantor %s could not be frozen", guarantor_id)


@shared_task(name=APPLY_COPAYS)
def apply_copays() -> None:
    """Apply the copays whose visit's charge has arrived: called where one is entered by hand, and by the sweep."""
    begin(APPLY_COPAYS)
    practice = Practice.objects.first()
    if practice is None:
        return
    today = practice.business_date(timezone.now())
    for number in in_turn(find_waiting(today=today, limit=AT_ONCE)):
        try:
            apply_copay(receipt_number=number, today=today)
        except Exception:
            logger.exception("The copay of receipt %s could not be applied", number)


def _render(numbers: list[int]) -> int:
    """How many were made in this turn. One that fails doesn't keep the others waiting; the next sweep tries again."""
    made = 0
    for number in in_turn(numbers):
        try:
            store_document(receipt_number=number)
            made += 1
        except Exception:
            logger.exception("The PDF of receipt %s could not be made", number)
    return made
