"""Background work of the back office: the files of a close."""

import logging

from celery import shared_task

from payments.backoffice import documents
from payments.backoffice.services import MAKE_MISSING

logger = logging.getLogger(__name__)

AT_ONCE = 20


@shared_task(name=MAKE_MISSING)
def make_missing() -> None:
    """Make the packet and the slip of each close that has none yet."""
    for close_id in documents.find_closes_without_documents(limit=AT_ONCE):
        try:
            documents.make_documents(close_id=close_id)
        except Exception:
            # One that fails must not keep the others waiting; the next sweep tries it again.
            logger.exception("The packet of close %s could not be made", close_id)
