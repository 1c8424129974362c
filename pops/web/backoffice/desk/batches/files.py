"""What the desk prints and keeps: the files of a close, and a receipt on paper."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from batches.models import BatchDocument, DepositDocument
from pops.core.accounts.confidential import sees_confidential
from pops.web.backoffice.desk.action import DeskPage, DeskView, batch_page
from pops.web.backoffice.desk.practice.printing import find_paper
from pops.web.backoffice.models import Desk
from receipts.documents.closes import why_not_open
from receipts.itemized import for_itemizing, itemize
from receipts.models import Receipt


class Document(DeskView):
    """A file of a close as it was made: packet or deposit slip."""

    rights = ("batches.view_referencebatch",)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, document_id: int) -> HttpResponseBase:
        found = get_object_or_404(BatchDocument.objects.select_related("close__batch"), pk=document_id)
        if refusal := why_not_open(found, by=self.request.user):
            messages.error(request, refusal.words)
            return redirect(batch_page(found.close.batch_id))
        return answer_file(found)


class DepositFile(DeskView):
    """The slip of a deposit as it was made."""

    rights = ("batches.view_deposit",)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, document_id: int) -> HttpResponseBase:
        return answer_file(get_object_or_404(DepositDocument.objects.select_related("deposit"), pk=document_id))


def answer_file(document: BatchDocument | DepositDocument) -> HttpResponseBase:
    """A stored file, to be kept. Raises Http404 when it is gone."""
    try:
        file = document.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("The file is not there any more.") from error
    return FileResponse(file, as_attachment=True, filename=document.download_name)


class PrintReceipt(DeskPage):
    """The receipt on paper, for who stands at the desk: the very page that the guarantor sees.

    On the paper of this member of staff's desk; with `now` in the address it is printed at once. With `confidential`
    there what is confidential is itemized too, by staff with the right: for the patient.
    """

    rights = ("receipts.view_receipt",)
    template_name = "backoffice/print.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        receipt = get_object_or_404(for_itemizing(Receipt.objects.all()), pk=self.kwargs["number"])
        may = sees_confidential(self.request.user)
        itemized = itemize(receipt, sees_confidential=may and "confidential" in self.request.GET)
        is_whole, paper = not itemized.leaves_out, find_paper(self.request.user)
        return {
            "itemized": itemized, "receipt": receipt, "receipt_page": "backoffice:print", "asks": may and not is_whole,
            "paper": f"css/paper-{paper}.css", "is_roll": paper == Desk.Paper.ROLL,
            "is_issued": "now" in self.request.GET,
        }  # fmt: skip
