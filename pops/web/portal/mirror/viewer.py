"""What stands in for the guarantor and their browser while staff look: all of it in memory, and forgotten after."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage, Message

from pops.core.access.models import User
from pops.logins.selectors import READ, find_own_login
from pops.quickpay.models import Link
from pops.sessions.models import PortalSession
from pops.web.portal.quickpay.session import QuickPay

DAY = dt.timedelta(days=1)


class NoMessages(BaseStorage):
    """What was said to staff is not read here, and nothing said here stays."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message], bool]:
        return [], True

    def _store(self, messages: Sequence[Message], response: Any, *args: Any, **kwargs: Any) -> list[Message]:
        return []


def make_viewer(mirror: PortalSession) -> User | AnonymousUser:
    """Who the pages think looks: the guarantor's own login as it is on file, or a made one, with this account alone.

    It is handed from view to view and signs in nowhere. By a QuickPay link nobody is signed in.
    """
    if is_simulating(mirror):
        return AnonymousUser()
    guarantor = mirror.guarantor
    viewer = find_own_login(guarantor) or User(name=guarantor.name, email=guarantor.email)
    viewer.is_staff = viewer.is_superuser = False
    viewer.portal_is_open = True  # type: ignore[attr-defined]  # staff look before it is opened, too
    setattr(viewer, READ, [guarantor])
    return viewer


def is_simulating(mirror: PortalSession) -> bool:
    """Whether staff look at what a QuickPay link shows."""
    return mirror.authentication == PortalSession.Authentication.QUICKPAY


def make_quickpay(mirror: PortalSession) -> QuickPay | None:
    """A link that was made for nobody and is kept nowhere; None for the full portal."""
    if not is_simulating(mirror):
        return None
    begun = mirror.started_at
    link = Link(guarantor=mirror.guarantor, group=mirror.group, origin=Link.Origin.QR, made_at=begun)
    link.good_until = begun + DAY
    return QuickPay(link, mirror.pk, is_open=True)  # staff look before it is opened, too
