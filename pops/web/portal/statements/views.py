"""Statements as the guarantor sees them. Another guarantor's statement answers 404."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pops.core.accounts.models import Statement
from pops.core.words import day
from pops.web.portal.access import GuarantorRequest, guarantor_required, is_mirror, option_required
from pops.web.portal.files import answer_pdf
from pops.web.portal.pages import private
from pops.web.portal.statements.forms import ListForm
from receipts.detailed import detail_of
from receipts.documents.calls import queue_statement_document
from receipts.documents.files import read_stored
from receipts.models import StatementDetail
from receipts.statements.freezing import find_waiting, freeze_settled
from receipts.statements.listing import get_row, get_statements


@require_safe
@private
@guarantor_required
@option_required("statements")
def statements(request: GuarantorRequest) -> HttpResponseBase:
    """All statements, by due date."""
    form = ListForm(request.GET)
    page = get_statements(request.guarantor, hide_paid=form.hides_paid, **form.place)
    if page.is_start:
        return redirect(f"{reverse('statements:list')}{form.query}")
    return render(request, "portal/statements/list.html", {"page": page, "form": form, "now": timezone.now()})


@require_safe
@private
@guarantor_required
@option_required("statements")
def detail(request: GuarantorRequest, statement_id: int) -> HttpResponse:
    """The Detailed Statement: as it was on its day, and what is left of it now."""
    statement = get_object_or_404(request.guarantor.statements.select_related("guarantor"), pk=statement_id)
    found = _find_detail(request, statement)
    context = {
        "statement": statement,
        "row": get_row(statement),
        "detailed": detail_of(found) if found else None,
        "is_waiting": not found and find_waiting(Statement.objects.filter(pk=statement.pk)).exists(),
        "now": timezone.now(),
    }
    return render(request, "portal/statements/detail.html", context)


def _find_detail(request: GuarantorRequest, statement: Statement) -> StatementDetail | None:
    """What the statement showed. An imported one is frozen by the guarantor who looks first, or by the worker."""
    details = StatementDetail.objects.select_related("statement", "follows", "document")
    found = details.filter(statement=statement).first()
    if found or is_mirror(request):
        return found
    is_frozen = freeze_settled(guarantor_id=statement.guarantor_id, now=timezone.now())
    return details.filter(statement=statement).first() if is_frozen else None


@require_safe
@private
@guarantor_required
@option_required("statements")
def document(request: GuarantorRequest, statement_id: int) -> HttpResponseBase:
    """The stored PDF: to keep, or with `open` to look at. Until it is there, a page that turns into it."""
    statement = get_object_or_404(request.guarantor.statements, pk=statement_id)
    found = _find_detail(request, statement)
    if found is None or detail_of(found).leaves_out:  # a stored PDF may name what is confidential by now
        return redirect("statements:detail", statement.pk)
    if not hasattr(found, "document"):
        if not is_mirror(request):
            queue_statement_document(detail_id=found.pk)
        return render(request, "portal/documents/wait.html", _name(statement), status=202)
    if "wait" in request.GET:
        return redirect(f"{request.path}?open=1")
    return _answer(request, statement, found)


def _answer(request: GuarantorRequest, statement: Statement, found: StatementDetail) -> HttpResponseBase:
    sha256 = found.document.sha256
    pdf = read_stored(found.document.file, sha256=sha256)
    if pdf is None:
        return render(request, "portal/documents/lost.html", _name(statement), status=503)
    return answer_pdf(request, pdf, name=f"statement-{statement.statement_date}-{statement.pk}.pdf", sha256=sha256)


def _name(statement: Statement) -> dict[str, str]:
    """What the pages around the PDF call it, and where it is."""
    return {
        "kind": "statement",
        "name": f"the statement of {day(statement.statement_date)}",
        "back": "Statement",
        "page_url": reverse("statements:detail", args=[statement.pk]),
        "pdf_url": reverse("statements:document", args=[statement.pk]),
    }
