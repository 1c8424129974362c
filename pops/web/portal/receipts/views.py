"""Receipts as the guarantor sees them. Another guarantor's receipt answers 404."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.models import Payment
from pops.web.portal.access import GuarantorRequest, guarantor_required, is_mirror
from pops.web.portal.files import answer_pdf
from pops.web.portal.pages import make_query, private
from pops.web.portal.pay.rest import get_rest_context
from pops.web.portal.receipts.forms import ALL, SearchForm
from pops.web.portal.receipts.mail import get_mail_context
from pops.web.portal.receipts.rows import render_rows
from receipts.choices import get_practice_and_choices
from receipts.documents.calls import queue_document
from receipts.documents.files import read_stored
from receipts.history import Page, get_page
from receipts.itemized import for_itemizing, itemize
from receipts.models import Receipt, ReceiptDocument
from receipts.selectors import find_document
from receipts.visible import get_visible


@require_safe
@private
@guarantor_required
def history(request: GuarantorRequest) -> HttpResponseBase:
    """Receipt History. Filters and place are in the address, so that a link leads back to them."""
    now = timezone.now()
    practice, choices = get_practice_and_choices(guarantor_id=request.guarantor.pk, now=now, unclear=Payment.UNCLEAR)
    form = SearchForm(request.GET, choices=choices)
    page = _get_page(request.guarantor.pk, form)
    if page.is_start:
        return redirect(f"{reverse('receipts:history')}{form.filter_query}")
    rows = render_rows(page.rows, form.query)
    context = {"practice": practice, "choices": choices, "form": form, "page": page, "rows": rows, "now": now}
    return render(request, "portal/receipts/history.html", context)


def _get_page(guarantor_id: int, form: SearchForm) -> Page:
    if not form.is_valid():
        return Page([], has_older=False, has_newer=False)
    return get_page(guarantor_id=guarantor_id, search=form.search, **form.place)


@require_safe
@private
@guarantor_required
def detail(request: GuarantorRequest, number: int) -> HttpResponse:
    """The Itemized Receipt; also what a guarantor sees after paying."""
    receipt = get_object_or_404(for_itemizing(request.guarantor.receipts.all()), number=number)
    context = {
        "itemized": itemize(receipt),
        "receipt": receipt,
        "list_query": make_query(request.GET, ALL),
        "receipt_page": "receipts:detail",
        "visible": None if receipt.is_refund else get_visible(request.guarantor),
        **get_mail_context(receipt),
        **get_rest_context(receipt),
    }
    return render(request, "receipts/detail.html", context)


@require_safe
@private
@guarantor_required
def document(request: GuarantorRequest, number: int) -> HttpResponseBase:
    """The stored PDF: to keep, or with `open` to look at. Until it is there, a page that turns into it."""
    receipt = get_object_or_404(for_itemizing(request.guarantor.receipts.all()), number=number)
    if not (itemized := itemize(receipt)).has_document:
        context = {"receipt": receipt, "itemized": itemized}
        return render(request, "portal/receipts/document_void.html", context, status=410)
    stored = find_document(itemized)
    if stored is None:
        if not is_mirror(request):
            queue_document(receipt_number=number)
        return render(request, "portal/documents/wait.html", _name(receipt), status=202)
    if "wait" in request.GET:
        return redirect(f"{request.path}?open=1")
    return _answer(request, stored)


def _answer(request: GuarantorRequest, stored: ReceiptDocument) -> HttpResponseBase:
    receipt = stored.receipt
    pdf = read_stored(stored.file, sha256=stored.sha256)
    if pdf is None:
        return render(request, "portal/documents/lost.html", _name(receipt), status=503)
    return answer_pdf(request, pdf, name=stored.download_name, sha256=stored.sha256)


def _name(receipt: Receipt) -> dict[str, str]:
    """What the pages around the PDF call it, and where it is."""
    return {
        "kind": "receipt",
        "name": f"receipt {receipt.number}",
        "back": f"Receipt {receipt.number}",
        "page_url": reverse("receipts:detail", args=[receipt.number]),
        "pdf_url": reverse("receipts:document", args=[receipt.number]),
    }
