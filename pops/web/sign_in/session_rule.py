"""How long a session lasts without use, and whether a click extends it: options of the guarantor's group."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from pops.core.access.models import User
from pops.core.access.sessions import SECONDS
from pops.core.practice.models import Group
from pops.logins.selectors import find_accounts
from pops.web.sign_in.entering import Authentication, find_session_id


@dataclass(frozen=True)
class SessionRule:
    """Seconds without a request after which a session ends."""

    seconds: int
    may_extend: bool = True

    @property
    def grain(self) -> int:
        """Use is written down no more often: with each request it would cost a query each."""
        return min(300, self.seconds // 6)

    @property
    def quiet_seconds(self) -> int:
        """So long a session lasts after a request, whatever the grain."""
        return self.seconds - self.grain


def get_rule(user: User) -> SessionRule:
    """That of a signed-in user. Who opens accounts of several groups has the strictest of them."""
    groups = [account.group for account in find_accounts(user)]
    return get_rule_of(groups) if groups else SessionRule(settings.SESSION_COOKIE_AGE)


def get_rule_of(groups: Sequence[Group]) -> SessionRule:
    """The strictest of some groups'."""
    return SessionRule(
        seconds=60 * min(group.session_minutes for group in groups),
        may_extend=all(group.session_extension for group in groups),
    )


def find_rule(request: HttpRequest) -> SessionRule | None:
    """That of whoever is signed in or in by a QuickPay link; None for nobody."""
    if request.user.is_authenticated:
        return get_rule(request.user)
    session_id = find_session_id(request, Authentication.QUICKPAY)
    return get_rule_of([Group.objects.get(portal_sessions=session_id)]) if session_id else None


class SlidingSessionMiddleware:
    """Keeps a session alive while it is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.session_rule = SimpleLazyObject(lambda: find_rule(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if getattr(request, "is_no_use", False):
            return response
        # Read only if the view did: a page that needs no session must not pay for one.
        rule = request.session.accessed and request.session_rule  # type: ignore[attr-defined]
        if rule:
            note_use(request, rule)
        return response


def note_use(request: HttpRequest, rule: SessionRule) -> None:
    """Write down that a session is used, unless that was done just now; and how long it lasts, when that changed."""
    session, now = request.session, int(time.time())
    if session.get(SECONDS, settings.SESSION_COOKIE_AGE) != rule.seconds:
        session[SECONDS] = rule.seconds
    if now - session.get("used_at", 0) > rule.grain:
        session["used_at"] = now
