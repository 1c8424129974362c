"""Opening a link. Looking changes nothing and uses nothing up: mail filters and previews do it too.

The token stands in this one address. It goes on in a form, to an address without it.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from pops.quickpay.models import Link
from pops.quickpay.names import get_short_name
from pops.quickpay.services import find_link, why_not_enter
from pops.web.portal.quickpay.door import say_gone
from pops.web.portal.quickpay.session import enter_by_link
from pops.web.sign_in.limits import LINK, TooOften, count


@require_safe
@never_cache
@login_not_required
def look(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whose page it is, and the button that opens it."""
    link = find_link(token)
    response = _find_refusal(request, link) or _page(request, link, token)
    # Where the next page is asked for, and by whom it is shown, nobody reads this address. The origin stays: without
    # it the form below would be refused as another site's.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _page(request: HttpRequest, link: Link | None, token: str) -> HttpResponse:
    assert link is not None  # see _find_refusal
    request.brand = link.guarantor.group  # type: ignore[attr-defined]  # read by pops.web.look
    return render(request, "portal/quickpay/link.html", {"name": get_short_name(link.guarantor), "token": token})


@require_POST
@never_cache
@sensitive_post_parameters("token")
@login_not_required
def enter(request: HttpRequest) -> HttpResponseBase:
    """Begin a session, and go on to the balance."""
    link = find_link(request.POST.get("token", ""))
    refused = _find_refusal(request, link)
    if refused or link is None:
        return refused or HttpResponse(status=404)
    try:
        enter_by_link(request, link)
    except TooOften as refusal:
        return _say_too_often(request, refusal, "This link was opened too often")
    return redirect("quickpay:start")


def _find_refusal(request: HttpRequest, link: Link | None) -> HttpResponse | None:
    """The page that says what is wrong with a link; None for one that is good.

    Who has the right token is never kept waiting by somebody who guesses: it is looked for first.
    """
    if link is None:
        return _say_unknown(request)
    refusal = why_not_enter(link, now=timezone.now())
    return say_gone(request, link, refusal) if refusal else None


def _say_unknown(request: HttpRequest) -> HttpResponse:
    try:
        count(LINK, "")
    except TooOften as refusal:
        return _say_too_often(request, refusal, "Too many links that are not right")
    return render(request, "portal/quickpay/unknown.html", status=404)


def _say_too_often(request: HttpRequest, refusal: TooOften, title: str) -> HttpResponse:
    context = {"title": title, "words": refusal.message}
    return render(request, "portal/quickpay/too_often.html", context, status=429)
