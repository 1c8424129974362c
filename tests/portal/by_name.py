"""What is said at the door by name, and whom it signs in."""

from collections.abc import Mapping
from typing import Any

from django.core import mail
from django.test import Client

from pops.core.access.models import User
from tests.portal.sign_in_codes import newest_code

MARIA = {"first": "Maria", "last": "Alvarez", "fact": "48210"}


def say(words: Mapping[str, str], *, network: str = "192.0.2.1", **more: str) -> tuple[Client, Any]:
    """The browser, and the page after it."""
    client = Client(REMOTE_ADDR=network)
    return client, client.post("/sign-in/name/", {**words, **more}, follow=True)


def signs_in(words: Mapping[str, str]) -> User | None:
    """Who the code from the mail signs in; None when no mail came."""
    mail.outbox.clear()
    client, _ = say(words)
    if not mail.outbox:
        return None
    client.post("/sign-in/code/", {"code": newest_code()})
    return User.objects.get(pk=client.session["_auth_user_id"])
