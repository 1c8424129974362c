"""Background work of the API."""

from celery import shared_task
from django.utils import timezone

from pops.web.api.idempotency import forget_calls as forget


@shared_task
def forget_calls() -> None:
    """Answers are kept for retries, not for ever."""
    forget(now=timezone.now())
