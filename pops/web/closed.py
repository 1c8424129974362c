"""Before the practice opens its portal, nobody but staff and the trial account gets further than a page that says so.

503: the page is the right one and will be there, only not yet. Search engines and caches keep nothing of it, and nobody
takes it for a fault of theirs. There is no Retry-After: nobody knows when.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from pops.core.practice.opening import find_open_practice, is_open
from pops.logins.selectors import find_accounts

# Where staff go; they sign in there.
STAFF = ("/admin/", "/staff/")
# The patients' doors need no sign-in: they are what is closed. Anything else that needs none is no patient's page:
# Stripe's webhook, the health check, a logo.
# Not /quickpay/, which asks together with whose link it is.
DOORS = ("/sign-in/", "/new-address/", "/q/")
HOME = "/"


class NotOpenYetMiddleware:
    """Answers patients' pages with "isn't open yet" until the practice is open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *given: Any) -> HttpResponse | None:
        """None: go on."""
        if not _is_patients(request.path, view) or _may_enter(request):
            return None
        return say_not_open(request)


def say_not_open(request: HttpRequest) -> HttpResponse:
    """The page of a portal that isn't open yet."""
    response = render(request, "not_open.html", status=503)
    add_never_cache_headers(response)
    return response


def _is_patients(path: str, view: Any) -> bool:
    if path.startswith(STAFF):
        return False
    return getattr(view, "login_required", True) or path == HOME or path.startswith(DOORS)


def _may_enter(request: Any) -> bool:
    """Who is signed in was read together with whether the portal is open: no query more.

    For nobody the practice is read, which the page shows.
    """
    user = request.user
    if not user.is_authenticated:
        request.practice = find_open_practice()
        return request.practice is not None
    if user.is_staff or any(account.is_trial for account in find_accounts(user)):
        return True
    return bool(getattr(user, "portal_is_open", None)) or is_open()
