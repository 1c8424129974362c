"""Background work on balance notices."""

from celery import shared_task
from django.utils import timezone

from pops.balance_notices.queueing import queue_due_notices


@shared_task
def queue_due() -> None:
    """Queue the notices that are due by now."""
    queue_due_notices(now=timezone.now())
