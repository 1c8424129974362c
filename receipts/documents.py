"""The PDF of a receipt: rendered once, as it was issued, stored with its SHA-256 and never rendered again.

Imported by the workers alone, before they fork: WeasyPrint and its fonts take most of a second to load.
"""

import hashlib
import threading
from functools import cache

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from pops.practice.models import Practice
from pops.practice.selectors import get_practice
from pops.text import shown
from receipts.itemized import for_itemizing, itemize_as_issued
from receipts.models import Receipt, ReceiptDocument

STATIC = "static:"

# One for the whole process: reading the fonts anew for each document would take longer than the document. They
# are not made for several threads at once.
FONTS = FontConfiguration()
ONE_AT_A_TIME = threading.Lock()


class StaticFilesOnly(URLFetcher):
    """Hands out our own static files, named static:path; nothing is fetched from anywhere else."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        path = finders.find(url.removeprefix(STATIC)) if url.startswith(STATIC) else None
        if path is None:
            raise ValueError(f"{url} is none of our static files")
        with open(path, "rb") as file:
            return URLFetcherResponse(url, file.read())


FETCHER = StaticFilesOnly()


@cache
def stylesheets(paper_size: str) -> list[CSS]:
    """The receipt's style sheet, read once, and the paper's size."""
    sheet = CSS(url=f"{STATIC}css/receipt-pdf.css", url_fetcher=FETCHER, font_config=FONTS)
    return [sheet, CSS(string=f"@page {{ size: {Practice.PaperSize(paper_size).value} }}")]


def render_html(receipt: Receipt, practice: Practice) -> str:
    """The receipt as a page for paper."""
    context = {
        "itemized": itemize_as_issued(receipt),
        "receipt": receipt,
        "practice": practice,
        "practice_name": shown(practice.name),
    }
    return render_to_string("receipts/pdf/receipt.html", context)


def render_pdf(html: str, *, paper_size: str) -> bytes:
    """A tagged PDF (PDF/UA-1) of a page."""
    with ONE_AT_A_TIME:
        pdf: bytes = HTML(string=html, base_url=STATIC, url_fetcher=FETCHER).write_pdf(
            stylesheets=stylesheets(paper_size), font_config=FONTS, pdf_variant="pdf/ua-1"
        )
    return pdf


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
        pdf = render_pdf(render_html(receipt, practice), paper_size=practice.paper_size)
        ReceiptDocument.objects.create(
            receipt=receipt, file=_store(receipt, pdf), sha256=hashlib.sha256(pdf).hexdigest()
        )
    return True


def _store(receipt: Receipt, pdf: bytes) -> str:
    """Keep the file under the receipt's own name; what a worker that died left there is replaced."""
    name = f"receipts/{receipt.received_on:%Y/%m}/receipt-{receipt.number}.pdf"
    default_storage.delete(name)
    return default_storage.save(name, ContentFile(pdf))
