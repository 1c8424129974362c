"""Receipts: listed, one by one, itemized and as the PDF that was stored when they were issued."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from pops.service_accounts.scopes import Scope
from pops.web.api.etags import answer_tagged
from pops.web.api.problems import Problem
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.receipts_examples import ITEMIZED, RECEIPT
from pops.web.api.v1.receipts_shapes import ItemizedShape, ReceiptQuery, ReceiptShape, tell_itemized, tell_receipt
from pops.web.api.views import ApiView, ListView
from receipts.documents.calls import queue_document
from receipts.documents.files import read_stored
from receipts.itemized import Itemized, for_itemizing, itemize
from receipts.models import Receipt, ReceiptDocument
from receipts.rows import NEWEST_FIRST, Wanted, find_rows, find_wanted, get_row, is_uncounted
from receipts.selectors import find_document

PDF = "application/pdf"
# Seconds until somebody who waits for a PDF asks again: a worker makes it in a fraction of one.
ASK_AGAIN = 2


class Receipts(ListView):
    """All receipts: of payments online, at the desk and by mail, and of refunds."""

    scopes = {"GET": Scope.RECEIPTS_READ}
    rights = {"GET": "receipts.view_receipt"}
    shape, query, order = ReceiptShape, ReceiptQuery, NEWEST_FIRST

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Receipt]:
        return find_wanted(Wanted(**{name: value for name, value in asked.items() if name in Wanted.__annotations__}))

    def tell(self, rows: Any) -> Any:
        return [tell_receipt(row) for row in find_rows([receipt.pk for receipt in rows], by=self.user)]

    @operation(
        "list_receipts",
        "List receipts",
        query=ReceiptQuery,
        gives=page_of(ReceiptShape),
        example={"items": [RECEIPT], "next": None},
    )
    def get(self, request: Request) -> Response:
        """The newest first."""
        return self.answer_page()


class OneReceipt(ApiView):
    """One receipt."""

    scopes = {"GET": Scope.RECEIPTS_READ}
    rights = {"GET": "receipts.view_receipt"}

    @operation("get_receipt", "Read a receipt", gives=ReceiptShape, example=RECEIPT, tagged=True)
    def get(self, request: Request, number: int) -> Response:
        return answer_tagged(request, tell_receipt(get_row(number, by=self.user)))


class ReceiptPaper(ApiView):
    """What a receipt prints. While its amounts must not be seen, nothing of that is told."""

    scopes = {"GET": Scope.RECEIPTS_READ}
    rights = {"GET": "receipts.view_receipt"}

    def itemize(self, number: int, *, sees_confidential: bool = False) -> Itemized:
        """Raises Http404, and Problem while the receipt is to be counted blind."""
        receipt = get_object_or_404(for_itemizing(Receipt.objects.all()), pk=number)
        if is_uncounted(receipt.pk, by=self.user):
            words = "Its batch is still to be counted: what it is over is told to your role once it was."
            raise Problem(403, "not_counted", words)
        return itemize(receipt, sees_confidential=sees_confidential)


class ItemizedReceipt(ReceiptPaper):
    """The itemized receipt as data."""

    @operation("get_itemized_receipt", "Read an itemized receipt", gives=ItemizedShape, example=ITEMIZED, tagged=True)
    def get(self, request: Request, number: int) -> Response:
        """As the guarantor sees it. With the scope and the right for it, confidential services are itemized too."""
        return self.give(ItemizedShape, tell_itemized(self.itemize(number, sees_confidential=self.sees_confidential)))


class ReceiptPdf(ReceiptPaper):
    """The stored PDF."""

    @operation(
        "get_receipt_pdf",
        "Read the PDF of a receipt",
        gives=OpenApiTypes.BINARY,
        media_type=PDF,
        also={202: None},
        tagged=True,
        problems=(410, 503),
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        """The file that its guarantor gets. 202 while it is still being made, 410 once the receipt proves nothing."""
        itemized = self.itemize(number)
        if not itemized.has_document:
            raise Problem(
                410, "no_document", f"{itemized.standing_words.verdict}: its PDF is given to nobody any more."
            )
        stored = find_document(itemized)
        if stored is None:
            queue_document(receipt_number=number)
            return HttpResponse(status=202, headers={"Retry-After": str(ASK_AGAIN)})
        return _answer(request, stored)


def _answer(request: Request, stored: ReceiptDocument) -> HttpResponse:
    """Raises Problem when the file isn't the one that was stored."""
    pdf = read_stored(stored.file, sha256=stored.sha256)
    if pdf is None:
        raise Problem(503, "document_lost", "The stored PDF can't be read just now.")
    named = f'attachment; filename="{stored.download_name}"'
    response = HttpResponse(pdf, content_type=PDF, headers={"Content-Disposition": named, "ETag": f'"{stored.sha256}"'})
    return get_conditional_response(request._request, etag=response["ETag"], response=response) or response
