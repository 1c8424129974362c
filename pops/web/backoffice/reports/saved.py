"""Filters of a report kept under a name: saved from its page, renamed, shared, deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from payments.reports.declaration import Report
from payments.reports.models import SavedFilter
from payments.reports.question import Question
from payments.reports.registry import find_report
from payments.reports.saved import (
    change_filter,
    delete_filter,
    find_saved,
    save_filter,
    why_not_change_saved,
    why_not_share,
)
from pops.core.access.models import User
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.once import SentOnce

RIGHTS = ("reports.view_reportrun",)
ODD = "This can't be answered, so it isn't saved: {}"


@dataclass(frozen=True)
class Shown:
    """A saved filter as a list shows it to somebody."""

    saved: SavedFilter
    title: str
    user: User

    @property
    def page(self) -> str:
        """Where its question is answered."""
        return report_page(self.saved.report, self.saved.question)

    @property
    def is_own(self) -> bool:
        return self.saved.owner_id == self.user.pk

    @property
    def may_change(self) -> bool:
        return why_not_change_saved(self.saved, by=self.user) is None


def list_saved(*, reports: Iterable[Report], user: User) -> list[Shown]:
    """The filters of these reports that somebody may use."""
    titles = {report.slug: report.title for report in reports}
    return [Shown(one, titles[one.report], user) for one in find_saved(by=user, reports=titles)]


def report_page(slug: str, question: str) -> str:
    """The address of a report with a question."""
    page = reverse("backoffice:report", args=[slug])
    return f"{page}?{question}" if question else page


class NameForm(SentOnce):
    """What a filter is called, and whether others have it too."""

    name = forms.CharField(
        max_length=80,
        help_text="For example: Last month, Lakeside North.",
        error_messages={"required": "Give the filter a name."},
    )
    is_shared = forms.BooleanField(label="Share it with all who may open this report", required=False)


class OfSaved(DeskAction):
    """A page about a filter, saved or to be saved: not for who may not open its report."""

    rights = RIGHTS
    form_class: Any = NameForm
    field_of = {"taken": "name", "nameless": "name"}

    @property
    def slug(self) -> str:
        """Of its report."""
        slug: str = self.target.report
        return slug

    @cached_property
    def report(self) -> Report:
        report = find_report(self.slug)
        if report is None:
            raise Http404("There is no such report.")
        if not self.request.user.has_perm(report.right):
            raise PermissionDenied
        return report

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        saved = self.target if isinstance(self.target, SavedFilter) else None
        if "is_shared" in form.fields and why_not_share(saved, by=self.request.user):
            del form.fields["is_shared"]
        return form

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": reverse("backoffice:reports"), **context})


class SaveFilter(OfSaved):
    """Keep the question in the address under a name."""

    title = "Save this filter"
    button = "Save"

    @property
    def slug(self) -> str:
        slug: str = self.kwargs["slug"]
        return slug

    def find_target(self) -> Any:
        return self.report

    @cached_property
    def question(self) -> Question:
        return self.report.ask(self.request.GET, user=self.request.user, today=self.today)

    def why_not(self) -> Refused | None:
        wrong = " ".join(self.question.wrong.values())
        return Refused("odd", ODD.format(wrong)) if wrong else None

    def do(self, form: Any) -> tuple[str, str]:
        if odd := self.why_not():
            raise odd
        facts = {"name": form.cleaned_data["name"], "is_shared": form.cleaned_data.get("is_shared", False)}
        question = self.question.address
        saved = save_filter(report=self.report.slug, question=question, **facts, by=self.request.user)
        return report_page(saved.report, saved.question), f"Saved as {saved}."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lead = " ".join([f"{self.report.title}.", *self.question.said])
        back = report_page(self.report.slug, self.question.address)
        return super().get_context_data(**{"lead": lead, "back": back, **context})


class ChangeFilter(OfSaved):
    """Another name, shared or not."""

    title = "Change {}"
    button = "Save"

    def find_target(self) -> SavedFilter:
        return _get_saved(self.request.user, self.kwargs["saved_id"])

    def why_not(self) -> Refused | None:
        return why_not_change_saved(self.target, by=self.request.user)

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "name": self.target.name, "is_shared": self.target.is_shared}

    def do(self, form: Any) -> tuple[str, str]:
        is_shared = form.cleaned_data.get("is_shared", self.target.is_shared)
        saved = change_filter(
            saved=self.target, name=form.cleaned_data["name"], is_shared=is_shared, by=self.request.user
        )
        return reverse("backoffice:reports"), f"{saved} is changed."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(lead=f"A filter of {self.report.title}.", **context)


class DeleteFilter(ChangeFilter):
    """Forget a filter; the report stays."""

    title = "Delete {}"
    button = "Delete"
    danger = True
    form_class = SentOnce

    def do(self, form: Any) -> tuple[str, str]:
        words = f"{self.target} is deleted."
        delete_filter(saved=self.target, by=self.request.user)
        return reverse("backoffice:reports"), words


def _get_saved(user: User, saved_id: int) -> SavedFilter:
    """One that this person may use. Raises Http404 for others' own: they are nobody's business."""
    report = SavedFilter.objects.filter(pk=saved_id).values_list("report", flat=True)
    saved = find_saved(by=user, reports=report).filter(pk=saved_id).first()
    if saved is None:
        raise Http404("There is no such filter.")
    return saved
