"""The PDF of a receipt: rendered once, as it was issued, stored with its SHA-256 and never rendered again."""

import hashlib

from django.db import transaction
from django.template.loader import render_to_string

from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.words import shown
from receipts.documents.files import keep
from receipts.documents.pdf import render_pdf
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt, ReceiptDocument


def render_html(receipt: Receipt, practice: Practice) -> str:
    """The receipt as a page for paper."""
    group = receipt.guarantor.group
    context = {
        "itemized": itemize_as_issued(receipt),
        "receipt": receipt,
        "practice": practice,
        "practice_name": shown(practice.name),
        "contact": [
            part for part in (group.footer_phone or practice.phone, group.footer_email or practice.email) if part
        ],
    }
    return render_to_string("receipts/pdf/receipt.html", context)


def store_document(*, receipt_number: int) -> bool:
    """Render and store the PDF of a receipt, unless it is stored, being rendered, or the receipt is voided.

    The receipt's row is held meanwhile, so that there is one row and one file however many workers try.
    """
    with transaction.atomic():
        receipt = (
            for_itemizing(Receipt.objects.filter(number=receipt_number, document=None, void=None))
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .first()
        )
        # Asked again: it may have been stored between the question and the lock.
        if receipt is None or ReceiptDocument.objects.filter(receipt=receipt).exists():
            return False
        practice = get_practice()
        html = render_html(receipt, practice)
        pdf = render_pdf(html, style="receipt-pdf", paper_size=practice.paper_size)
        ReceiptDocument.objects.create(
            receipt=receipt, file=_store(receipt, pdf), sha256=hashlib.sha256(pdf).hexdigest()
        )
    return True


def _store(receipt: Receipt, pdf: bytes) -> str:
    return keep(f"receipts/{receipt.received_on:%Y/%m}/receipt-{receipt.number}.pdf", pdf)
