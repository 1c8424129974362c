"""Background work on sessions of the portal."""

from celery import shared_task
from django.utils import timezone

from pops.sessions.keeping import expire_sessions


@shared_task
def note_expired_sessions() -> None:
    """Write down which sessions ended for want of use."""
    expire_sessions(now=timezone.now())
