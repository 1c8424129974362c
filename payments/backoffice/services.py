"""Having the files of a close made."""

from django.db import transaction

from pops.celery import app

# By name: the worker alone loads what makes PDFs.
MAKE_MISSING = "payments.backoffice.tasks.make_missing"


def make_documents_soon() -> None:
    """Have the packets and slips of new closes made. With the broker down the sweep makes them."""
    transaction.on_commit(lambda: app.send_task(MAKE_MISSING), robust=True)
