"""Background work on logins' sessions."""

from celery import shared_task
from django.utils import timezone

from pops.core.access.services import forget_sessions


@shared_task
def forget_ended_sessions() -> None:
    """Each sign-in leaves a session behind: delete those that nobody comes back to."""
    forget_sessions(now=timezone.now())
