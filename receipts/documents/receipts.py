"""The PDF of a receipt: rendered once, as it was issued, stored with its SHA-256 and never rendered again.

Only what is confidential is asked for as it is marked now: for other marks there is another file.
"""

import hashlib

from django.db import transaction
from django.template.loader import render_to_string

from pops.core.practice.look import get_look
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from receipts.documents.files import keep
from receipts.documents.pdf import render_pdf
from receipts.itemized import Itemized, for_itemizing, itemize_as_issued
from receipts.models import Receipt, ReceiptDocument
from receipts.selectors import find_document


def render_html(itemized: Itemized, practice: Practice) -> str:
    """The receipt as a page for paper."""
    receipt = itemized.receipt
    look = get_look(practice, receipt.guarantor.group)
    context = {
        "itemized": itemized,
        "receipt": receipt,
        "practice": practice,
        "look": look,
        "contact": look.contact,
    }
    return render_to_string("receipts/pdf/receipt.html", context)


def store_document(*, receipt_number: int) -> bool:
    """Render and store the PDF of a receipt, unless it is stored, being rendered, or the receipt is voided.

    The receipt's row is held meanwhile, so that there is one row and one file however many workers try.
    """
    with transaction.atomic():
        receipt = (
            for_itemizing(Receipt.objects.filter(number=receipt_number, void=None))
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .first()
        )
        if receipt is None or find_document(itemized := itemize_as_issued(receipt)):
            return False
        practice = get_practice()
        html = render_html(itemized, practice)
        pdf = render_pdf(html, style="receipt-pdf", paper_size=practice.paper_size)
        ReceiptDocument.objects.create(
            receipt=receipt,
            leaves_out=list(itemized.leaves_out),
            file=_store(receipt, pdf),
            sha256=hashlib.sha256(pdf).hexdigest(),
        )
    return True


def _store(receipt: Receipt, pdf: bytes) -> str:
    return keep(f"receipts/{receipt.received_on:%Y/%m}/receipt-{receipt.number}.pdf", pdf)
