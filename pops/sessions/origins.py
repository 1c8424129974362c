"""How a link says where it stood: by a word in its address, out of a short list.

Anybody may write another word there. It then counts as one of these, or as none: it opens nothing.
"""

from urllib.parse import parse_qs, urlencode, urlsplit

from django.urls import reverse

from pops.sessions.models import PortalSession

VIA = "via"
Origin = PortalSession.Origin
# What a link can be. Staff and who came directly follow none.
LINKS = (Origin.EMAIL_LINK, Origin.TEXT_LINK, Origin.QR, Origin.STATEMENT, Origin.WEBSITE)


def say_origin(address: str, origin: PortalSession.Origin) -> str:
    """The address of a page, saying where its link stands."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({VIA: origin.value})}"


def get_sign_in_path(page: str) -> str:
    """Where a guarantor signs in and is taken to a page of the portal, which may say an origin."""
    return f"{reverse('account_request_login_code')}?{urlencode({'next': page})}"


def find_origin(address: str) -> PortalSession.Origin | None:
    """Where the link stood that led to this address; None where it doesn't say, or says what no link is."""
    said = parse_qs(urlsplit(address).query).get(VIA, [""])[-1]
    return next((origin for origin in LINKS if origin.value == said), None)
