"""Entering the portal and leaving it: the session is remembered, with how it began and why it ended."""

from typing import Any

from django.utils import timezone

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.logins.selectors import find_accounts
from pops.sessions.keeping import begin_session, end_session
from pops.sessions.models import PortalSession
from pops.sessions.origins import find_origin

Authentication = PortalSession.Authentication
Origin = PortalSession.Origin
WhyEnded = PortalSession.WhyEnded
# In Django's session: the id of ours, by authentication. Who is signed in may open a QuickPay link beside it.
KEY = "portal_sessions"
# In Django's session, until somebody has signed in: how they found the door, where no link said so.
DOOR = "sign_in_door"


def enter(
    request: Any,
    *,
    guarantor: Guarantor,
    origin: PortalSession.Origin,
    authentication: PortalSession.Authentication,
    by: User | None = None,
) -> PortalSession:
    """Begin a session of the portal for an account. Who signs in is signed in before this.

    One of the same kind that this browser had open ends: it was replaced. `by`: the member of staff who opened it.
    """
    leave(request, why=WhyEnded.REPLACED, authentication=authentication)
    user = request.user if request.user.is_authenticated else None
    if user is None:
        request.session.cycle_key()  # signing in does so too: nobody can have left their own session here
    session = begin_session(
        guarantor=guarantor,
        origin=origin,
        authentication=authentication,
        key=request.session.session_key,
        now=timezone.now(),
        user=user if authentication == Authentication.MFA else None,
        by=by,
    )
    request.session[KEY] = {**request.session.get(KEY, {}), authentication.value: session.pk}
    return session


def enter_by_code(request: Any, *, address: str) -> None:
    """Begin that of somebody who has just signed in, on their way to this address. Staff have none.

    With several accounts it is that of their own, until they take another in hand.
    """
    door = request.session.pop(DOOR, Origin.DIRECT.value)
    accounts = find_accounts(request.user)
    if accounts:
        origin = find_origin(address) or Origin(door)
        enter(request, guarantor=accounts[0], origin=origin, authentication=Authentication.MFA)


def switch(request: Any, *, guarantor: Guarantor) -> None:
    """Go on for another account of the login: that is a session of its own, begun in the same way."""
    session_id = find_session_id(request)
    before = PortalSession.objects.filter(pk=session_id).first() if session_id else None
    if before is None or before.guarantor_id == guarantor.pk:
        return
    leave(request, why=WhyEnded.SWITCHED, authentication=Authentication.MFA)
    enter(request, guarantor=guarantor, origin=Origin(before.origin), authentication=Authentication.MFA)


def leave(
    request: Any, *, why: PortalSession.WhyEnded, authentication: PortalSession.Authentication | None = None
) -> None:
    """End the sessions that live in this browser's, or that of one kind."""
    open_ones = request.session.get(KEY, {})
    ending = [authentication.value] if authentication else list(open_ones)
    for kind in ending:
        if kind in open_ones:
            end_session(session_id=open_ones[kind], why=why, now=timezone.now())
    if open_ones:
        request.session[KEY] = {kind: pk for kind, pk in open_ones.items() if kind not in ending}


def find_session_id(request: Any, authentication: PortalSession.Authentication = Authentication.MFA) -> int | None:
    """Which session of that kind this request belongs to; None for who entered before sessions were remembered."""
    found: int | None = request.session.get(KEY, {}).get(authentication.value)
    return found
