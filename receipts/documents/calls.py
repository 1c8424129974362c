"""Asking a worker for documents, by the names of its tasks: it alone loads what makes PDFs."""

from celery import current_app
from django.core.cache import cache
from django.db import transaction

from pops.core.work import Nudger

RENDER_MISSING = "receipts.tasks.render_missing"
RENDER_ONE = "receipts.tasks.render_document"
RENDER_STATEMENT = "receipts.tasks.render_statement"
MAKE_MISSING = "receipts.tasks.make_missing"
# They go stale when no worker takes them; the sweep does the work then.
RENDER_EXPIRES = 60
# Somebody who waits for a PDF asks again every few seconds; one call for it is enough.
CALLED_SECONDS = 10

renderer = Nudger(RENDER_MISSING)


def queue_new_documents() -> None:
    """Have the PDFs of the receipts of this transaction made once it is committed."""
    # robust: whatever happens to the nudge, the receipt is kept, and the sweep finds it.
    transaction.on_commit(renderer.nudge, robust=True)


def queue_document(*, receipt_number: int) -> None:
    """Have the PDF of one receipt made, for somebody who waits for it."""
    _queue_once(RENDER_ONE, receipt_number)


def queue_statement_document(*, detail_id: int) -> None:
    """Have the PDF of one statement made. With the broker down, who asks for it next has it made."""
    _queue_once(RENDER_STATEMENT, detail_id)


def _queue_once(task: str, key: int) -> None:
    def call() -> None:
        if cache.add(f"receipts.called.{task}.{key}", 1, timeout=CALLED_SECONDS):
            current_app.send_task(task, [key], expires=RENDER_EXPIRES)

    transaction.on_commit(call, robust=True)


def queue_close_documents() -> None:
    """Have the packets and slips of new closes made. With the broker down the sweep makes them."""
    transaction.on_commit(lambda: current_app.send_task(MAKE_MISSING), robust=True)
