"""The receipt of what was paid in this session, as far as a link may tell, and its mail."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from payments.models import Payment
from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest
from pops.web.portal.pay.door import get_payment
from pops.web.portal.pay.rest import get_rest_context
from pops.web.portal.quickpay.forms import MailForm
from receipts.itemized import for_itemizing, itemize
from receipts.models import Receipt
from receipts.notices import find_newest_message
from receipts.typed_mail import mail_to_typed, why_not_mail_to_typed
from receipts.visible import get_visible


@require_safe
def receipt(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """What was paid, or why it wasn't. The itemized receipt is the full portal's."""
    payment = get_payment(request, payment_id)
    if payment.receipt_id is None or payment.state == Payment.State.REVIEW:
        return redirect("quickpay:pay", payment.pk)
    return _page(request, payment, MailForm())


@require_POST
def mail(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """Send the receipt to an address that the payer typed."""
    payment = get_payment(request, payment_id)
    found = get_object_or_404(request.guarantor.receipts.all(), number=payment.receipt_id)
    form = MailForm(request.POST)
    if not form.is_valid():
        return _page(request, payment, form)
    try:
        message = mail_to_typed(receipt_number=found.number, to=form.cleaned_data["email"], now=timezone.now())
    except Refused as refusal:
        form.add_error("email", refusal.words)
        return _page(request, payment, form)
    messages.success(request, f"The receipt is on its way to {message.to}.")
    return redirect("quickpay:receipt", payment.pk)


def _page(request: GuarantorRequest, payment: Payment, form: MailForm) -> HttpResponse:
    found = get_object_or_404(for_itemizing(request.guarantor.receipts.all()), number=payment.receipt_id)
    context = {
        "payment": payment,
        "receipt": found,
        "itemized": itemize(found),
        "visible": get_visible(request.guarantor),
        "form": form,
        **_mail_context(found),
        **get_rest_context(found, is_named=False),
    }
    return render(request, "portal/quickpay/receipt.html", context, status=422 if form.errors else 200)


def _mail_context(found: Receipt) -> dict[str, Any]:
    """Where the receipt went by itself: the address on file is shown to nobody who came by a link."""
    message = find_newest_message(found)
    goes = message and message.to and not message.is_unwanted and not message.has_come_back
    return {
        "mailed_to": _mask(message.to) if goes and message else "",
        "can_mail": why_not_mail_to_typed(found) is None,
    }


def _mask(email: str) -> str:
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"
