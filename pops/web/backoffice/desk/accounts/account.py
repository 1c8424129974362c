"""A guarantor's page at the desk: how the account stands, what can be done, and all that became of it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name

from batches.blind import hidden_batches
from pops.core.accounts.brought import of_the_system
from pops.core.accounts.confidential import sees_confidential, shown_to
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor, Statement
from pops.core.accounts.notes import LONGEST, write_note
from pops.core.accounts.walk_ins import find_same_people, give_number, is_walk_in, why_not_give_number
from pops.core.money import format_cents
from pops.core.refusals import Refused
from pops.web.backoffice.desk.accounts.timeline import LABELS, tell
from pops.web.backoffice.desk.action import DeskAction, DeskPage, DeskView
from pops.web.backoffice.desk.forms import ReasonField
from pops.web.backoffice.once import SentOnce
from receipts.corrections.credit import get_usable_credit, use_credit, why_not_use_credit
from receipts.detailed import detail_of
from receipts.documents.calls import queue_statement_document
from receipts.models import StatementDetail
from receipts.owed import get_balances, get_credit
from receipts.timeline import KINDS, find_events

AT_ONCE = 25


def account_page(guarantor_id: int) -> str:
    """The address of a guarantor's page at the desk."""
    return reverse("backoffice:account", args=[guarantor_id])


class Account(DeskPage):
    """The guarantor's page."""

    rights = ("accounts.view_guarantor",)
    template_name = "backoffice/account.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        rows = Guarantor.objects.select_related("group").annotate(is_the_systems=of_the_system(Guarantor))
        guarantor = get_object_or_404(rows, pk=self.kwargs["guarantor_id"])
        balances = get_balances(guarantor)
        patients = shown_to(self.request.user, guarantor.patients.filter(is_retired=False).order_by("name", "pk"))
        facts = {
            "guarantor": guarantor,
            "refusal": why_not_use(guarantor),
            "balances": balances,
            "credit_cents": get_credit(guarantor),
            "patients": list(patients),
            "is_walk_in": is_walk_in(guarantor),
            "note_form": NoteForm(),
        }
        return super().get_context_data(title=guarantor.name, **facts, **self._timeline(guarantor), **context)

    def _timeline(self, guarantor: Guarantor) -> dict[str, Any]:
        """A page of the story, and where the next one begins."""
        kind = self.request.GET.get("kind", "")
        kind = kind if kind in KINDS else ""
        found = find_events(
            guarantor.pk,
            kind=kind,
            after=self.request.GET.get("after", ""),
            limit=AT_ONCE + 1,
            sees_confidential=sees_confidential(self.request.user),
            time_zone=get_current_timezone_name(),  # the practice's: see the middleware
        )
        hidden = set(hidden_batches(self.request.user).values_list("pk", flat=True))
        events = found[:AT_ONCE]
        more = urlencode({"kind": kind, "after": events[-1].place}) if len(found) > AT_ONCE else ""
        filters = [("", "All"), *((name, LABELS[name]) for name in KINDS)]
        return {"rows": list(tell(events, hidden_batches=hidden)), "kind": kind, "filters": filters, "more": more}


class NoteForm(SentOnce):
    """What staff want each other to know."""

    text = forms.CharField(
        label="Note",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write something. The note is kept."},
    )


class AboutAccount(DeskAction):
    """Something that is done from a guarantor's page."""

    target_name = "guarantor"

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor.objects.select_related("group"), pk=self.kwargs["guarantor_id"])

    def why_not(self) -> Refused | None:
        return why_not_use(self.target)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": account_page(self.target.pk), **context})


class WriteNote(AboutAccount):
    """Keep a note. It is never changed, and never shown on the portal."""

    rights = ("accounts.add_guarantornote",)
    title = "Note about {}"
    lead = "For staff: the portal never shows it. It stays as it is written."
    button = "Keep the note"
    form_class = NoteForm

    def do(self, form: NoteForm) -> tuple[str, str]:
        write_note(guarantor_id=self.target.pk, text=form.cleaned_data["text"], by=self.request.user)
        return account_page(self.target.pk), "The note is kept."


class UseCredit(AboutAccount):
    """Apply a guarantor's credit to what they owe: seen first, then done."""

    rights = ("receipts.post_escrow",)
    title = "Use the credit of {}"
    button = "Apply it to the oldest balances"
    form_class = SentOnce

    def usable_cents(self) -> int:
        current = get_balances(self.target).current_cents
        return get_usable_credit(self.target, current_cents=current, at_desk=True)

    def why_not(self) -> Refused | None:
        if refusal := super().why_not():
            return refusal
        return why_not_use_credit(self.target, current_cents=get_balances(self.target).current_cents)

    def do(self, form: SentOnce) -> tuple[str, str]:
        cents = use_credit(guarantor_id=self.target.pk, today=self.today, by=self.request.user, at_desk=True)
        return account_page(self.target.pk), f"{format_cents(cents)} of credit were applied."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        usable = format_cents(self.usable_cents())
        lead = f"{usable} of the credit can be applied. The postings go into the batch you work in."
        return super().get_context_data(lead=lead, **context)


class NumberForm(SentOnce):
    """The number in the practice's own system, and why we know that it is theirs."""

    number = forms.CharField(
        label="Account number", max_length=20, error_messages={"required": "Enter the number in the practice's system."}
    )
    reason = ReasonField()


class GiveNumber(AboutAccount):
    """Say under which number the practice's own system knows a walk-in: its next file completes the account."""

    rights = ("accounts.change_guarantor",)
    template_name = "backoffice/give_number.html"
    title = "Number of {} in the practice's system"
    lead = "The next import with this number completes this account, and makes no second one."
    button = "Give it this number"
    form_class = NumberForm
    field_of = {"number_taken": "number", "number_wrong": "number"}

    def why_not(self) -> Refused | None:
        return why_not_give_number(self.target)

    def do(self, form: NumberForm) -> tuple[str, str]:
        said = {name: form.cleaned_data[name] for name in ("number", "reason")}
        give_number(guarantor_id=self.target.pk, **said, by=self.request.user)
        return account_page(self.target.pk), "The account has its number. The next import completes it."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(same=find_same_people(self.target), **context)


class PrintStatement(DeskView):
    """The PDF of a statement, as the guarantor has it; while it is made, a page says so."""

    rights = ("accounts.view_statement",)
    http_method_names = ["get", "head"]

    def get(self, request: Any, statement_id: int) -> HttpResponseBase:
        statement = get_object_or_404(Statement, pk=statement_id)
        detail = StatementDetail.objects.filter(statement=statement).select_related("document").first()
        hides = bool(detail and not sees_confidential(request.user) and detail_of(detail).leaves_out)
        if detail is None or hides or not hasattr(detail, "document"):
            if detail and not hides:
                queue_statement_document(detail_id=detail.pk)
            shown = {"title": str(statement), "statement": statement, "detail": detail, "leaves_out": hides}
            context = {**admin.site.each_context(request), **shown}
            return render(request, "backoffice/statement_waits.html", context, status=202)
        name = f"statement-{statement.statement_date}-{statement.pk}.pdf"
        try:
            return FileResponse(detail.document.file.open("rb"), filename=name)
        except FileNotFoundError as error:
            raise Http404("The file is not there any more.") from error
