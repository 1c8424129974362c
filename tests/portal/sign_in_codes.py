"""Asking for a code and reading it from the mail."""

import re
from typing import Any

from django.core import mail
from django.test import Client


def ask(email: str, *, network: str = "192.0.2.1", **said: str) -> tuple[Client, Any]:
    """A browser of that network that asked for a code, and the page it got."""
    client = Client(REMOTE_ADDR=network)
    return client, client.post("/sign-in/", {"email": email, **said}, follow=True)


def newest_code() -> str:
    """The code in the newest mail."""
    found = re.search(r"\b\d{6}\b", mail.outbox[-1].body)
    assert found
    return found.group()


def wrong_code() -> str:
    """One that no mail has."""
    return "111111" if newest_code() == "000000" else "000000"
