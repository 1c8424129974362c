"""Signing out, as the guarantor's group has it: out, out and the page closed, or not at all."""

from allauth.account import views as account_views
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from pops.web.look.brand import find_group
from pops.web.sign_in.entering import WhyEnded, leave

NOT_OFFERED = "Signing out is switched off here. To end your visit, close all windows of this browser."


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out; where the group offers none, say how a visit ends."""
    group = find_group(request) if request.user.is_authenticated else None
    if group and not group.offers_sign_out:
        messages.info(request, NOT_OFFERED)
        return redirect("home")
    if request.method == "POST":
        leave(request, why=WhyEnded.CLOSED if group and group.closes_at_sign_out else WhyEnded.SIGNED_OUT)
    response: HttpResponseBase = account_views.logout(request)
    if group and group.closes_at_sign_out and not request.user.is_authenticated:
        return redirect("signed_out")
    return response


@require_safe
@login_not_required
def signed_out(request: HttpRequest) -> HttpResponseBase:
    """The end: a page that closes itself where the browser lets it, and says that it can be closed."""
    return render(request, "account/signed_out.html")
