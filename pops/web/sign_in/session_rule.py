"""How long a session lasts without use, and whether a click extends it: options of the guarantor's group."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from pops.core.access.models import User
from pops.core.access.sessions import SECONDS
from pops.logins.selectors import find_accounts


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
    if not groups:
        return SessionRule(settings.SESSION_COOKIE_AGE)
    return SessionRule(
        seconds=60 * min(group.session_minutes for group in groups),
        may_extend=all(group.session_extension for group in groups),
    )


class SlidingSessionMiddleware:
    """Keeps a session alive while it is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.session_rule = SimpleLazyObject(lambda: get_rule(request.user))  # type: ignore[attr-defined, arg-type]
        response = self.get_response(request)
        if getattr(request, "is_no_use", False):
            return response
        # Read only if the view did: a page that needs no session must not pay for one.
        if request.session.accessed and request.user.is_authenticated:
            note_use(request, get_rule(request.user))
        return response


def note_use(request: HttpRequest, rule: SessionRule) -> None:
    """Write down that a session is used, unless that was done just now; and how long it lasts, when that changed."""
    session, now = request.session, int(time.time())
    if session.get(SECONDS, settings.SESSION_COOKIE_AGE) != rule.seconds:
        session[SECONDS] = rule.seconds
    if now - session.get("used_at", 0) > rule.grain:
        session["used_at"] = now
