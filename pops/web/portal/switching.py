"""Choosing which account is in hand, for who may open several."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pops.logins.selectors import find_accounts
from pops.web.look.brand import ACCOUNT_KEY
from pops.web.portal.access import find_next
from pops.web.sign_in import entering


@require_safe
@never_cache
def choose(request: Any) -> HttpResponseBase:
    """All accounts of the login. Who opens just one has nothing to choose."""
    accounts = find_accounts(request.user)
    if not accounts:
        raise Http404
    next_page = find_next(request, request.GET.get("next"))
    if len(accounts) == 1:
        return redirect(next_page)
    return render(request, "portal/accounts.html", {"accounts": accounts, "next_page": next_page})


@require_POST
@never_cache
def switch(request: Any) -> HttpResponseBase:
    """Take another account in hand. One that the login may not open answers 404, as one that isn't there."""
    chosen = request.POST.get("account")
    account = next((one for one in find_accounts(request.user) if str(one.pk) == chosen), None)
    if account is None:
        raise Http404
    request.session[ACCOUNT_KEY] = account.pk
    entering.switch(request, guarantor=account)
    return redirect(find_next(request, request.POST.get("next")))
