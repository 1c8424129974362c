"""Who may see the portal's pages, and of which account: one login may open several."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.logins.selectors import find_accounts, find_owner
from pops.web.look.brand import ACCOUNT_KEY
from pops.web.portal.quickpay.session import QuickPay

P = ParamSpec("P")
# Whose a page is, by what its address names.
OWNERS = {
    "card_id": "stored_cards__pk",
    "number": "receipts__number",
    "payment_id": "payments__pk",
    "request_id": "appointment_requests__pk",
    "statement_id": "statements__pk",
}


class GuarantorRequest(HttpRequest):
    """A request by a signed-in guarantor, for the account in hand; or by a QuickPay link, for its account alone."""

    user: User
    guarantor: Guarantor
    accounts: list[Guarantor]
    quickpay: QuickPay | None


def guarantor_required(
    view: Callable[Concatenate[GuarantorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass the account in hand to a view as `request.guarantor`; answer 404 to logins that open none, such as staff.

    Nobody signed in is sent to sign-in before this by LoginRequiredMiddleware. Where the login opens several accounts,
    a page of another of them leads to it, and a form is taken for the account that it was shown for alone: the one that
    owns what its address names, or that it carries (_account.html).
    """

    @wraps(view)
    def wrapped(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        # No query: the session's backend has read them with the login.
        request.accounts = find_accounts(request.user)
        request.quickpay = None
        if not request.accounts:
            raise Http404
        response = _find_detour(request, kwargs) or _answer(request, view, *args, **kwargs)
        # After signing out, "back" must not bring a patient's page to the screen again.
        add_never_cache_headers(response)
        return response

    return wrapped


def option_required(
    option: str,
) -> Callable[
    [Callable[Concatenate[GuarantorRequest, P], HttpResponseBase]],
    Callable[Concatenate[GuarantorRequest, P], HttpResponseBase],
]:
    """Below guarantor_required: answer 404 while the account's POPS Group has an option switched off."""

    def guard(
        view: Callable[Concatenate[GuarantorRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[GuarantorRequest, P], HttpResponseBase]:
        @wraps(view)
        def wrapped(request: GuarantorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not getattr(request.guarantor.group, option):
                raise Http404
            return view(request, *args, **kwargs)

        return wrapped

    return guard


def _find_detour(request: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
    """The account in hand becomes `request.guarantor`; without one, or for another's form, a page that asks."""
    if len(request.accounts) == 1:
        request.guarantor = request.accounts[0]
        return None
    request.guarantor = _find(request, request.session.get(ACCOUNT_KEY))
    if request.guarantor is None:
        owner = _find_owner(request, kwargs)
        return _lead_to(request, owner) if owner else _ask(request)
    is_said = request.method != "POST" or not OWNERS.keys().isdisjoint(kwargs)
    if not is_said and request.POST.get("account") != str(request.guarantor.pk):
        return _lead_to(request, _find(request, request.POST.get("account")))
    return None


def _answer(request: Any, view: Callable[..., HttpResponseBase], *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except Http404:
        owner = _find_owner(request, kwargs) if len(request.accounts) > 1 else None
        if owner is None:
            raise
        return _lead_to(request, owner)


def is_mirror(request: HttpRequest) -> bool:
    """Whether staff look at the page as its guarantor sees it: it is only read then (pops.web.portal.mirror)."""
    return hasattr(request, "mirror")


def find_next(request: HttpRequest, url: str | None) -> str:
    """A page of ours to go on to: that one, or the account's first."""
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and is_ours else reverse("home")


def _find(request: Any, account: object) -> Guarantor | None:
    """One of the login's accounts, by its id."""
    return next((one for one in request.accounts if str(one.pk) == str(account)), None)


def _find_owner(request: Any, kwargs: dict[str, Any]) -> Guarantor | None:
    """Which of the login's accounts the page asked for belongs to."""
    named = [(OWNERS[name], value) for name, value in kwargs.items() if name in OWNERS]
    return find_owner(request.accounts, **dict(named)) if named else None


def _ask(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('accounts')}?{urlencode({'next': request.get_full_path()})}")


def _lead_to(request: Any, account: Guarantor | None) -> HttpResponse:
    """A page that takes the other account in hand and goes on, once its button is pressed."""
    if account is None:
        raise Http404
    page = request.get_full_path() if request.method in ("GET", "HEAD") else request.headers.get("Referer")
    next_page = find_next(request, page)
    return render(request, "portal/other_account.html", {"account": account, "next_page": next_page}, status=409)
