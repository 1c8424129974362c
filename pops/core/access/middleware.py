"""What the requests of signed-in people get."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from pghistory.middleware import HistoryMiddleware


class SlidingSessionMiddleware:
    """Keeps a session alive while it is used: it ends after SESSION_COOKIE_AGE without a request.

    Writing it down with each request would cost a query each; a few minutes' grain is as good.
    """

    GRAIN_SECONDS = 300

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # So long it lives after this request, whatever the grain.
        request.session_quiet_seconds = settings.SESSION_COOKIE_AGE - self.GRAIN_SECONDS  # type: ignore[attr-defined]
        response = self.get_response(request)
        if getattr(request, "is_no_use", False):
            return response
        # Read only if the view did: a page that needs no session must not pay for one.
        if request.session.accessed and request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get("used_at", 0) > self.GRAIN_SECONDS:
                request.session["used_at"] = now
        return response


class WhoMiddleware(HistoryMiddleware):
    """Has kept history say who made a change and at which page. A webhook is nobody: its statements go as they are."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/webhooks/"):
            return self.get_response(request)
        return super().__call__(request)
