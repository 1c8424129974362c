"""Signing in as a guarantor does, by the code from the mail; needs the fixture mail_at_once."""

from django.test import Client

from pops.core.accounts.models import Guarantor
from tests.portal.sign_in_codes import newest_code


def sign_in(guarantor: Guarantor, page: str = "", client: Client | None = None) -> Client:
    """The browser in which they did, on their way to a page."""
    client = client or Client()
    form = {"next": page} if page else {}
    client.post("/sign-in/", {"email": guarantor.email, **form})
    client.post("/sign-in/code/", {"code": newest_code(), **form})
    return client
