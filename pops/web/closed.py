"""Before the practice opens its portal, nobody but staff and the trial account gets further than a page that says so.

503: the page is the right one and will be there, only not yet. Search engines and caches keep nothing of it, and nobody
takes it for a fault of theirs. There is no Retry-After: nobody knows when.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from pops.core.practice.opening import is_open
from pops.logins.selectors import find_accounts

# Where staff go; they sign in there.
STAFF = ("/admin/", "/staff/")
# The patients' doors need no sign-in: they are what is closed. Anything else that needs none is no patient's page:
# Stripe's webhook, the health check, a logo.
DOORS = ("/sign-in/", "/new-address/", "/q/", "/quickpay/")
HOME = "/"


class NotOpenYetMiddleware:
    """Answers patients' pages with "isn't open yet" until the practice is open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *given: Any) -> HttpResponse | None:
        """None: go on."""
        if not _is_patients(request.path, view) or _may_enter(request.user):
            return None
        response = render(request, "not_open.html", status=503)
        add_never_cache_headers(response)
        return response


def _is_patients(path: str, view: Any) -> bool:
    if path.startswith(STAFF):
        return False
    return getattr(view, "login_required", True) or path == HOME or path.startswith(DOORS)


def _may_enter(user: Any) -> bool:
    """Who is signed in was read together with whether the portal is open: no query more."""
    if not user.is_authenticated:
        return is_open()
    if user.is_staff or any(account.is_trial for account in find_accounts(user)):
        return True
    return bool(getattr(user, "portal_is_open", None)) or is_open()
