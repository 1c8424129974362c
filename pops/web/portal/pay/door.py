"""Paying has two doors, the portal's and QuickPay's. What differs between them is said here and in the templates."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from payments.models import Payment
from pops.web.portal.access import GuarantorRequest
from pops.web.portal.credit import get_credit_context
from pops.web.sign_in.entering import find_session_id
from pops.web.sign_in.limits import LOOKING, TooOften, count
from receipts.balances import find_last_payment
from receipts.owed import Balances
from receipts.visible import find_visible_credit


def get_payment(request: GuarantorRequest, payment_id: uuid.UUID) -> Payment:
    """The guarantor's attempt; by a link only what was started in the same session. Raises Http404."""
    payments = request.guarantor.payments.all()
    if request.quickpay:
        payments = payments.filter(session=request.quickpay.session_id)
    return get_object_or_404(payments, pk=payment_id)


def asks_stripe(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of paying that asks Stripe each time: not as often as a machine would. What was paid the sweep finds."""

    @wraps(view)
    def counted(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
        try:
            count(LOOKING, f"account {request.guarantor.pk}")
        except TooOften as refusal:
            return render(request, "portal/pay/too_often.html", {"words": refusal.message}, status=429)
        return view(request, payment_id)

    return counted


def find_payers_session(request: GuarantorRequest) -> int | None:
    """The session of the portal in which something is paid."""
    return request.quickpay.session_id if request.quickpay else find_session_id(request)


def get_address(request: GuarantorRequest, name: str, *args: Any) -> str:
    """Of a page of paying, through the door by which the request came."""
    assert request.resolver_match is not None  # in a view there is one
    return reverse(f"payments:{name}", args=args, current_app=request.resolver_match.namespace)


def get_receipt_address(request: GuarantorRequest, payment: Payment) -> str:
    """Of the receipt: the itemized one, or what of it a link may show."""
    if request.quickpay:
        return reverse("quickpay:receipt", args=[payment.pk])
    return reverse("receipts:detail", args=[payment.receipt_id])


def get_link_context(request: GuarantorRequest, balances: Balances) -> dict[str, Any]:
    """What became of the bill that a link was sent for: the last payment since, once nothing is owed."""
    if not request.quickpay or balances.current_cents > 0:
        return {}
    receipt = find_last_payment(request.guarantor, since=request.quickpay.link.made_at)
    return {"paid_on": receipt.received_on if receipt else None}


def get_credit(request: GuarantorRequest, balances: Balances) -> dict[str, Any]:
    """Unapplied Funds and their use: the full portal's."""
    if request.quickpay:
        return {}
    return get_credit_context(request.guarantor, balances, find_visible_credit(request.guarantor))
