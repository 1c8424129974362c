from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now

from notifications.models import Message
from tests.notifications.mail_server import MailServer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real mail server on this machine."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(settings: Any, mail_server: MailServer) -> MailServer:
    """POPS sends its mail to the server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 30
    return mail_server


@pytest.fixture
def due_now(db: None) -> Any:
    """Makes pauses and claims end now."""

    def due_now() -> None:
        Message.objects.filter(state__in=Message.WAITING).update(due_at=Now())

    return due_now
