"""The demo's texts, which its Twilio sandbox keeps, and answering one as its reader would."""

import base64
import os
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings

from pops.local.twilio_sandbox.sandbox import ANSWERS
from pops.local.twilio_sandbox.store import KeptText, Store

SHOWN = 100
TIMEOUT = 5
WORDS = ("STOP", "START", "HELP")


def list_texts() -> list[KeptText]:
    """The latest texts, newest first; none where Twilio itself sends them."""
    folder = os.environ.get("POPS_TEXT_DIR")
    return Store(Path(folder)).newest(SHOWN) if folder else []


def answer(*, sender: str, to: str, body: str) -> None:
    """Have the sandbox pass on what a reader answers; it tells the product soon."""
    login = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
    form = urlencode({"From": sender, "To": to, "Body": body}).encode()
    headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    request = urllib.request.Request(f"{settings.TWILIO_API_BASE}{ANSWERS}", form, headers)  # noqa: S310  the demo's own
    urllib.request.urlopen(request, timeout=TIMEOUT).close()  # noqa: S310
