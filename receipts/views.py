"""Receipts as the guarantor sees them. Another guarantor's receipt answers 404."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from pops.portal.access import GuarantorRequest, guarantor_required
from receipts.selectors import receipt_history


@guarantor_required
def history(request: GuarantorRequest) -> HttpResponse:
    """Receipt History."""
    return render(request, "receipts/history.html", {"receipts": receipt_history(request.guarantor)})


@guarantor_required
def detail(request: GuarantorRequest, number: int) -> HttpResponse:
    """One receipt, as shown after paying."""
    receipt = get_object_or_404(
        receipt_history(request.guarantor).prefetch_related("postings").select_related("payment"), number=number
    )
    context = {"receipt": receipt, "postings": receipt.postings.all(), "escrow_cents": receipt.escrow_cents}
    return render(request, "receipts/detail.html", context)
