"""The Account page: balances, and the visits that they are made of."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.selectors import find_unclear_payment
from pops.web.portal.access import GuarantorRequest, guarantor_required, option_required
from pops.web.portal.account.forms import VisitForm
from pops.web.portal.account.rows import render_visits
from pops.web.portal.amounts import say_due_from
from pops.web.portal.credit import get_credit_context
from receipts.visible import read_funds, see
from receipts.visits import VisitPage, get_visits


@require_safe
@guarantor_required
@option_required("account_dashboard")
def account(request: GuarantorRequest) -> HttpResponseBase:
    """Last Statement, Current Balance and the visit history. Filters and place are in the address."""
    form = VisitForm(request.GET)
    page = get_visits(request.guarantor, wanted=form.wanted, **form.place)
    if page.is_start:
        return redirect(f"{reverse('account')}{form.filter_query}")
    context = {**_get_balances(request, page), **_get_visits(page), "form": form, "page": page, "now": timezone.now()}
    return render(request, "portal/account/account.html", context)


def _get_balances(request: GuarantorRequest, page: VisitPage) -> dict[str, Any]:
    guarantor = request.guarantor
    visible, (credit_cents, last_statement) = see(guarantor.group, page.balances), read_funds(guarantor)
    return {
        "guarantor": guarantor,
        "visible": visible,
        "due_from": say_due_from(visible, last_statement),
        **get_credit_context(guarantor, page.balances, credit_cents),
        "last_statement": last_statement,
        "unclear": find_unclear_payment(guarantor),
    }


def _get_visits(page: VisitPage) -> dict[str, Any]:
    """The visits by what is left to pay, ready to be shown."""
    return {
        "open_visits": render_visits(visit for visit in page.visits if visit.is_open),
        "settled_visits": render_visits(visit for visit in page.visits if not visit.is_open),
        "collection_visits": render_visits(page.in_collections),
    }
