"""The door of QuickPay: which pages a session by a link may see, and what it is told of all others."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from pops.core.practice.opening import is_open
from pops.core.refusals import Refused
from pops.quickpay.models import Link
from pops.quickpay.services import why_not_stay
from pops.sessions.selectors import was_ended_by_staff
from pops.web.closed import STAFF, say_not_open
from pops.web.portal.access import GuarantorRequest
from pops.web.portal.quickpay.session import find_quickpay, is_in_by_link
from pops.web.sign_in.session_rule import get_rule_of

P = ParamSpec("P")


def by_link(
    view: Callable[Concatenate[GuarantorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass the link's account to a view as `request.guarantor`, and how it came as `request.quickpay`."""

    @wraps(view)
    def wrapped(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.quickpay = find_quickpay(request)
        try:
            response = _find_end(request, view) or view(request, *args, **kwargs)
        except Http404:
            response = _say_not_here(request, sent=hasattr(view, "signed_out_words"))
        add_never_cache_headers(response)
        return response

    return login_not_required(wrapped)


def _find_end(request: Any, view: Any) -> HttpResponse | None:
    """The page of a session that is over; None for one that goes on, which is dressed as its group."""
    if not (request.quickpay.is_open if request.quickpay else is_open()):
        return say_not_open(request)
    if request.quickpay is None:
        return _say_closed(request, sent=hasattr(view, "signed_out_words"))
    link = request.quickpay.link
    if refusal := why_not_stay(link):
        return say_gone(request, link, refusal)
    request.guarantor, request.brand = link.guarantor, link.guarantor.group
    if not request.user.is_authenticated:
        request.session_rule = get_rule_of([link.guarantor.group])
    return None


def _say_closed(request: HttpRequest, *, sent: bool) -> HttpResponse:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    context = {"sent": sent, "by_staff": was_ended_by_staff(key)}
    return render(request, "portal/quickpay/closed.html", context, status=403)


def say_gone(request: Any, link: Link, refusal: Refused) -> HttpResponse:
    """A link that leads nowhere any more, and why. It says whom to call as the group does that gave it out."""
    request.brand = link.group
    return render(request, "portal/quickpay/gone.html", {"refusal": refusal}, status=410)


def _say_not_here(request: Any, *, sent: bool = False) -> HttpResponse:
    """Of another account, or of what another link in the same browser was for: that may be a payment that was sent."""
    request.quickpay = find_quickpay(request)
    if request.quickpay is None:
        return render(request, "404.html", status=404)
    request.brand = request.quickpay.link.guarantor.group
    sign_in_url = request.quickpay.account_url if sent else request.quickpay.get_sign_in_url(request.get_full_path())
    context = {"sign_in_url": sign_in_url, "sent": sent}
    return render(request, "portal/quickpay/not_here.html", context, status=404)


class FenceMiddleware:
    """To a session by a link no other page of the portal is there, whosever it is: 404, and how to sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, *given: Any) -> HttpResponse | None:
        """None: go on."""
        is_portals = getattr(view, "login_required", True) and not request.path.startswith(STAFF)
        if not is_portals or request.user.is_authenticated or not is_in_by_link(request):
            return None
        response = _say_not_here(request)
        add_never_cache_headers(response)
        return response
