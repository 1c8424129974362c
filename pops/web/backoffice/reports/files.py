"""Files of reports and lists: asked for, waited for, fetched, cancelled."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from payments.reports.models import Format, ReportRun
from payments.reports.question import without_nul
from payments.reports.runs.asking import (
    Wish,
    ask_again,
    ask_for_run,
    cancel_run,
    export_at_once,
    why_not_ask_again,
)
from payments.reports.runs.keeping import runs_of, why_not_fetch
from payments.reports.sources import find_source
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskButton, DeskPage, DeskView

RIGHTS = ("reports.view_reportrun",)
SHOWN = 50


def file_page(run_id: int) -> str:
    """The address of a run's page."""
    return reverse("backoffice:report_run", args=[run_id])


class MakeFile(DeskView):
    """A report or list as a file: at once, or by a worker, whose page it leads to."""

    rights = RIGHTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, source: str) -> HttpResponseBase:
        found = find_source(source)
        if found is None:
            raise Http404("There is no such report or list.")
        if not found.may(self.request.user):
            raise PermissionDenied
        question = without_nul(request.POST.get("question", ""))
        try:
            form = Format(request.POST.get("format", ""))
            return _answer(Wish(found, question, form, self.request.user, self.today, self.now))
        except (Refused, ValueError) as refusal:
            messages.error(request, getattr(refusal, "words", "Choose what kind of file it is to be."))
            return redirect(found.page(question))


def _answer(wish: Wish) -> HttpResponseBase:
    answer = export_at_once(wish=wish)
    if answer is None:
        return redirect(file_page(ask_for_run(wish=wish).pk))
    return FileResponse(answer.file, as_attachment=True, filename=answer.name)


class Files(DeskPage):
    """The files of who looks, newest first."""

    rights = RIGHTS
    http_method_names = ["get", "head"]
    template_name = "backoffice/reports/files.html"
    title = "My files"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(runs=runs_of(self.request.user).select_related("schedule")[:SHOWN], **context)


class Run(DeskPage):
    """How far a file is; then where to fetch it, or why there is none."""

    rights = RIGHTS
    http_method_names = ["get", "head"]
    template_name = "backoffice/reports/run.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page that waits asks whether anything is other than it shows: then it is led to the page as it is now."""
        seen = request.GET.get("wait")
        run = self.run_of()
        if seen is not None and not (run.is_open and seen == str(run.rows_done)):
            return redirect(file_page(run.pk))
        return super().get(request, *args, **kwargs)

    def run_of(self) -> ReportRun:
        return get_object_or_404(runs_of(self.request.user).select_related("schedule"), pk=self.kwargs["run_id"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        run = self.run_of()
        source = find_source(run.source)
        refusal = why_not_fetch(run, by=self.request.user) if run.is_done else None
        shown = {
            "run": run,
            "title": str(run),
            "refusal": refusal.words if refusal else "",
            "asks_again": why_not_ask_again(run) is None,
            "page": source.page(run.question) if source and source.may(self.request.user) else "",
        }
        return super().get_context_data(**shown, **context)


class File(DeskView):
    """The file itself."""

    rights = RIGHTS
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        run = get_object_or_404(runs_of(self.request.user), pk=run_id)
        if refusal := why_not_fetch(run, by=self.request.user):
            messages.error(request, refusal.words)
            return redirect(file_page(run.pk))
        try:
            file = run.file.open("rb")
        except FileNotFoundError as error:
            raise Http404("The file is not there any more.") from error
        return FileResponse(file, as_attachment=True, filename=run.download_name)


class RunButton(DeskButton):
    """A button about a run of one's own."""

    rights = RIGHTS

    def find_target(self) -> ReportRun:
        return get_object_or_404(runs_of(self.request.user), pk=self.kwargs["run_id"])

    def page(self) -> str:
        return file_page(self.target.pk)


class Cancel(RunButton):
    """End it, also while a worker is at it."""

    undone_by = "Ask for it again"

    def do(self, form: Any) -> tuple[str, str]:
        cancel_run(run_id=self.target.pk, now=self.now, by=self.request.user)
        return self.page(), "It was cancelled."


class Again(RunButton):
    """Ask the same question as of today."""

    undone_by = "Cancel"

    def do(self, form: Any) -> tuple[str, str]:
        run = ask_again(run_id=self.target.pk, today=self.today, now=self.now, by=self.request.user)
        return file_page(run.pk), ""
