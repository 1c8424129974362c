"""Where a token leads."""

from django.conf import settings

# The door's address, before the token. Short: it stands in text messages and QR codes.
PATH = "q/"


def get_address(token: str) -> str:
    """The whole address that a mail, a text or a QR code carries. Keep it out of logs: it is the key to a balance."""
    return f"{settings.SITE_URL}/{PATH}{token}/"
