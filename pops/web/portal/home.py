"""Home: what is due and as of when, what to do about it, and where else to look. And where signing in leads."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.selectors import find_unclear_payment
from pops.core.practice.models import Group
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.amounts import say_due_from
from receipts.visible import get_visible, read_funds

Page = Group.LandingPage
PAGES = {
    Page.HOME: "home",
    Page.ACCOUNT: "account",
    Page.STATEMENTS: "statements:list",
    Page.RECEIPTS: "receipts:history",
    Page.PAY: "payments:start",
}
# What switches a page off: who would land there starts at Home.
SWITCHES = {Page.ACCOUNT: "account_dashboard", Page.STATEMENTS: "statements"}


@login_not_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Staff go to the back office, guarantors see Home.

    Nobody signed in goes to sign-in by the front door: who asked for no page in particular lands where the group says.
    """
    if not request.user.is_authenticated:
        return redirect("account_request_login_code")
    if request.user.is_staff:
        return redirect("admin:index")
    return show(request)


@guarantor_required
def show(request: GuarantorRequest) -> HttpResponse:
    """The guarantor's Amount Due and Unapplied Funds."""
    guarantor = request.guarantor
    visible, (credit_cents, last_statement) = get_visible(guarantor), read_funds(guarantor)
    context = {
        "guarantor": guarantor,
        "visible": visible,
        "due_from": say_due_from(visible, last_statement),
        "credit_cents": credit_cents,
        "last_statement": last_statement,
        "unclear": find_unclear_payment(guarantor),
        "now": timezone.now(),
    }
    return render(request, "portal/home.html", context)


@require_safe
@guarantor_required
def land(request: GuarantorRequest) -> HttpResponseBase:
    """The page on which guarantors of this group arrive; a link to a page doesn't come by here."""
    return redirect(PAGES[landing_page(request.guarantor.group)])


def landing_page(group: Group) -> Group.LandingPage:
    """The group's landing page, or Home where that is switched off."""
    page = Page(group.landing_page)
    switch = SWITCHES.get(page)
    return Page.HOME if switch and not getattr(group, switch) else page
