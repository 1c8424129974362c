"""Asking a worker for documents, by the names of its tasks: it alone loads what makes PDFs."""

from celery import current_app
from django.core.cache import cache
from django.db import transaction

from pops.core.work import Nudger

RENDER_MISSING = "receipts.tasks.render_missing"
RENDER_ONE = "receipts.tasks.render_document"
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

    def call() -> None:
        if cache.add(f"receipts.called.{receipt_number}", 1, timeout=CALLED_SECONDS):
            current_app.send_task(RENDER_ONE, [receipt_number], expires=RENDER_EXPIRES)

    transaction.on_commit(call, robust=True)


def queue_close_documents() -> None:
    """Have the packets and slips of new closes made. With the broker down the sweep makes them."""
    transaction.on_commit(lambda: current_app.send_task(MAKE_MISSING), robust=True)
