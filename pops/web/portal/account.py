"""The portal's first page: what the guarantor owes."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from payments.selectors import find_unclear_payment
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.credit import get_credit_context
from receipts.hiding import fold_hidden
from receipts.owed import find_lines, sum_balances


def home(request: HttpRequest) -> HttpResponseBase:
    """Staff go to the back office, guarantors see their account."""
    if request.user.is_staff:
        return redirect("admin:index")
    return account(request)


@guarantor_required
def account(request: GuarantorRequest) -> HttpResponse:
    """The guarantor's balances and the service lines they are made of."""
    lines = list(find_lines(request.guarantor))
    balances = sum_balances(lines)
    owing = [line for line in lines if line.remaining_cents > 0]
    return render(
        request,
        "portal/account.html",
        {
            "guarantor": request.guarantor,
            "balances": balances,
            **get_credit_context(request.guarantor, balances),
            "unclear": find_unclear_payment(request.guarantor),
            "open": fold_hidden(line for line in owing if not line.encounter.in_collections),
            "collected": fold_hidden(line for line in owing if line.encounter.in_collections),
        },
    )
