"""Being in by a link: a QuickPay session of the portal, beside whoever is signed in in the same browser."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists
from django.urls import reverse

from pops.core.practice.models import Practice
from pops.quickpay.models import Link
from pops.quickpay.names import get_short_name
from pops.sessions.origins import get_sign_in_path, say_origin
from pops.web.sign_in.entering import Authentication, Origin, enter, find_session_id
from pops.web.sign_in.limits import BY_LINK, count

# In Django's session: the link that was opened last.
LINK = "quickpay_link"


@dataclass(frozen=True)
class QuickPay:
    """By which link, and in which session of the portal, a request came."""

    link: Link
    session_id: int
    is_open: bool  # the portal, read together with the link

    @property
    def name(self) -> str:
        """All that is told of the guarantor's name."""
        return get_short_name(self.link.guarantor)

    @property
    def account_url(self) -> str:
        """View Account: by a code, as always, and then the account."""
        page = "account" if self.link.guarantor.group.account_dashboard else "home"
        return self.get_sign_in_url(reverse(page))

    def get_sign_in_url(self, page: str) -> str:
        """Where one signs in and goes on to a page of the portal. The session then is of the link's origin too."""
        return get_sign_in_path(say_origin(page, Origin(self.link.origin)))


def enter_by_link(request: Any, link: Link) -> None:
    """Begin a session by a link that is good. One that was begun here by another ends.

    Opened once more, as in a second tab, it goes on: what is being paid in the first stays this session's.
    Raises TooOften.
    """
    if is_in_by_link(request) and request.session.get(LINK) == link.pk:
        return
    count(BY_LINK, f"link {link.pk}")
    enter(request, guarantor=link.guarantor, origin=Origin(link.origin), authentication=Authentication.QUICKPAY)
    request.session[LINK] = link.pk


def is_in_by_link(request: Any) -> bool:
    """Whether this browser is in by a link."""
    return find_session_id(request, Authentication.QUICKPAY) is not None


def find_quickpay(request: Any) -> QuickPay | None:
    """How a request is in by a link, if it is; what staff look at in a mirror says so itself."""
    simulated: QuickPay | None = getattr(request, "simulated", None)
    if simulated:
        return simulated
    session_id = find_session_id(request, Authentication.QUICKPAY)
    if session_id is None:
        return None
    is_open = Exists(Practice.objects.filter(opened_at__isnull=False))
    links = Link.objects.select_related("guarantor__group").annotate(is_open=is_open)
    link = links.filter(pk=request.session.get(LINK)).first()
    return QuickPay(link, session_id, link.is_open) if link else None
