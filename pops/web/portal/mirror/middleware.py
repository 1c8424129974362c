"""The mirror: pages of the portal for staff, as a guarantor sees them, under addresses of their own.

/mirror/12/receipts/ is the guarantor's /receipts/ for the member of staff whose mirror 12 is, in their own session.
Nobody is signed in as the guarantor, so nothing of theirs can be used up or taken along. That nothing changes is held
three times: no method but a reading one is let through, no page but those in SHOWN, and the database is told to write
nothing.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, resolve, reverse, set_script_prefix
from django.utils.cache import add_never_cache_headers
from psycopg2.errors import ReadOnlySqlTransaction

from pops.core.access.sessions import SessionStore
from pops.sessions.mirroring import get_address, why_not_look
from pops.sessions.models import PortalSession
from pops.sessions.selectors import find_mirror
from pops.web.portal.mirror.viewer import NoMessages, is_simulating, make_quickpay, make_viewer
from pops.web.sign_in.second_factor import has_second_factor

logger = logging.getLogger(__name__)

NOTHING_CHANGED = "Nothing was changed. A mirror only shows what the guarantor sees."
DOES_SOMETHING = "This page does something for the guarantor, so a mirror doesn't open it."
FORBIDDEN, OVER = 403, 410
RIGHT = "portal_sessions.mirror_account"
ADDRESS = re.compile(r"(/mirror/(\d{1,18})/)(.*)", re.DOTALL)
READING = ("GET", "HEAD", "OPTIONS")
# What only shows. Pages that ask Stripe or have something made are not among them, nor is any that comes to be written.
SHOWN = frozenset({
    "home", "landing", "account", "statements:list", "statements:detail", "statements:document",
    "receipts:history", "receipts:detail", "receipts:document", "payments:start", "appointments",
    "ask_for_appointment", "profile", "profile_name", "profile_notices", "profile_email", "profile_phone",
    "theme", "picture",
})  # fmt: skip
SHOWN_BY_LINK = frozenset({"quickpay:start", "theme", "picture"})


class MirrorMiddleware:
    """The innermost: all that stands around it sees the member of staff, and what is inside it the guarantor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        found = ADDRESS.fullmatch(request.path_info)
        if found is None:
            return self.get_response(request)
        response = self._answer(request, int(found[2]), prefix=found[1], path=f"/{found[3]}")
        add_never_cache_headers(response)
        return response

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        """A page that came to be written: the answer in its place is made once the transaction is over."""
        if not hasattr(request, "mirror") or not isinstance(exception.__cause__, ReadOnlySqlTransaction):
            return None
        logger.error("A mirror of the page %s would have written", request.path_info)
        transaction.set_rollback(True)
        return _Wrote()

    def _answer(self, request: Any, session_id: int, *, prefix: str, path: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        mirror = find_mirror(session_id=session_id, by=request.user)
        if mirror is None or not _may_look(request):
            raise Http404
        if refusal := why_not_look(mirror, key=request.session.session_key):
            return _say(request, mirror, refusal.words, status=OVER)
        if request.method not in READING:
            return _say(request, mirror, NOTHING_CHANGED)
        if resolve(path).view_name in (SHOWN_BY_LINK if is_simulating(mirror) else SHOWN):
            with _reading(), _seen_by_guarantor(request, mirror, prefix=prefix, path=path):
                response = self.get_response(request)
            if not isinstance(response, _Wrote):
                return response
        return _say(request, mirror, DOES_SOMETHING)


class _Wrote(HttpResponse):
    """Stands for the answer of a page that came to be written."""

    status_code = FORBIDDEN


def _may_look(request: Any) -> bool:
    return bool(request.user.is_staff and request.user.has_perm(RIGHT) and has_second_factor(request))


def _say(request: HttpRequest, mirror: PortalSession, words: str, *, status: int = FORBIDDEN) -> HttpResponse:
    request.mirror = _band(request, mirror) if status == FORBIDDEN else ""  # type: ignore[attr-defined]
    context = {"mirror": mirror, "words": words, "first_page": get_address(mirror)}
    return render(request, "portal/mirror/refused.html", context, status=status)


def _band(request: HttpRequest, mirror: PortalSession) -> str:
    """What stands over each page, with the button of staff, whose session goes on: made while they are themselves."""
    context = {"mirror": mirror, "by_link": is_simulating(mirror)}
    return render_to_string("portal/mirror/band.html", context, request)


@contextmanager
def _reading() -> Iterator[None]:
    """A transaction in which the database itself refuses to write."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        yield


@contextmanager
def _seen_by_guarantor(request: Any, mirror: PortalSession, *, prefix: str, path: str) -> Iterator[None]:
    """Inside, links lead to pages of the mirror, and the request is one of the guarantor's."""
    facts = {"session": SessionStore(), "_messages": NoMessages(request), "path_info": path}
    guarantors = {"user": make_viewer(mirror), **facts}
    request.mirror, request.simulated = _band(request, mirror), make_quickpay(mirror)
    # Pages by a link say by which rule they end: that of staff stays.
    staffs, outside = {name: getattr(request, name) for name in (*guarantors, "session_rule")}, get_script_prefix()
    try:
        _put(request, guarantors)
        set_script_prefix(prefix)
        yield
    finally:
        set_script_prefix(outside)
        _put(request, staffs)


def _put(request: HttpRequest, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(request, name, value)
