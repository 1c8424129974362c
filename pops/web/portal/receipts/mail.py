"""The email of a receipt, as its guarantor sees it: where it went, and once more."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest, guarantor_required
from receipts.models import Receipt
from receipts.notices import find_newest_message, send_again_for_guarantor, why_not_mail_again


def get_mail_context(receipt: Receipt) -> dict[str, Any]:
    """The newest email of a receipt, and whether it can be sent again."""
    message = find_newest_message(receipt)
    can_send = message is not None and why_not_mail_again(receipt, message) is None
    return {"mail": message, "can_send_again": can_send}


@require_POST
@guarantor_required
def send_again(request: GuarantorRequest, number: int) -> HttpResponseBase:
    """Queue the email once more, to the guarantor's own address."""
    receipt = get_object_or_404(request.guarantor.receipts.all(), number=number)
    try:
        message = send_again_for_guarantor(receipt=receipt, now=timezone.now(), by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.words)
    else:
        messages.success(request, f"The email of this receipt is on its way to {message.to}.")
    return redirect("receipts:detail", receipt.number)
