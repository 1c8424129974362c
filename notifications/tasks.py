"""Background delivery of receipt emails."""

from celery import shared_task
from django.conf import settings

from notifications import delivery


@shared_task(time_limit=settings.RECEIPT_EMAIL_TIME_LIMIT)
def deliver() -> None:
    """Send what is due. Called after payments, and by the sweep for what nobody delivered.

    It is killed before a claim it made can end: no two workers ever hold the same mail.
    """
    if delivery.deliver_due(seconds=settings.RECEIPT_EMAIL_TIME_LIMIT / 2):
        deliver.delay()
