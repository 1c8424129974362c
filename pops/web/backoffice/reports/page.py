"""The page of a report: what is asked, in words and as a form, then totals, sections and the detail."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.generic import TemplateView

from payments.reports.declaration import Report
from payments.reports.filters.base import Odd
from payments.reports.question import AFTER, BY, SORT, TOTALS, Question
from payments.reports.registry import find_report
from payments.reports.runs.asking import why_not_export_more
from payments.reports.sources import find_source
from payments.reports.tables import MANY_COLUMNS, say_value
from pops.core.words import at
from pops.web.backoffice.desk.action import DeskView
from pops.web.backoffice.reports.cells import Cell, css_of, make_rows
from pops.web.backoffice.reports.form import make_form
from pops.web.backoffice.reports.saved import list_saved

# So many columns stand on a tablet.
STAND_ANYWHERE = 6


class ReportView(DeskView):
    """What a report answers to who has its right. A report that nobody knows is not found."""

    rights = ()
    http_method_names = ["get", "head"]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if admin.site.has_permission(request):
            _ = self.report  # its right before all else
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def report(self) -> Report:
        report = find_report(self.kwargs["slug"])
        if report is None:
            raise Http404("There is no such report.")
        if not self.request.user.has_perm(report.right):
            raise PermissionDenied
        return report

    @cached_property
    def question(self) -> Question:
        return self.report.ask(self.request.GET, user=self.request.user, today=self.today)


class ReportPage(ReportView, TemplateView):
    """A report on screen. Its address is the whole question."""

    template_name = "backoffice/reports/report.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data()
        return self.render_to_response(context, status=422 if context["problems"] else 200)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        report, question = self.report, self.question
        frame = {**admin.site.each_context(self.request), "title": report.title, "report": report}
        asked: dict[str, Any] = {"question": question, "form": make_form(report, question)}
        asked["saved"] = list_saved(reports=[report], user=self.request.user)
        if question.wrong:
            # What the form doesn't ask has no place in it to lead to.
            places = asked["form"].names
            wrong = [(name if name in places else "", words) for name, words in question.wrong.items()]
            return {**frame, **asked, "problems": wrong}
        return {**frame, **asked, **self._answer(), **context}

    @cached_property
    def asked_after(self) -> str:
        after: str = self.request.GET.get(AFTER, "")
        return after

    def _answer(self) -> dict[str, Any]:
        report, question, user = self.report, self.question, self.request.user
        totals, series = report.totals_and_series(question, user)
        return {
            "problems": [],
            "said": [*report.said(question, user), f"As of {at(self.now, question.asking.practice.time_zone)}."],
            "totals": [self._total(total) for total in totals],
            "sections": [self._section(section) for section in report.sections(question, user)],
            "series": series,
            "export": self._export(),
            **({} if question.only_totals else self._detail()),
        }

    def _export(self) -> dict[str, Any]:
        source = find_source(self.report.slug)
        words = "All of it as a file: what is long is made meanwhile and can be fetched later."
        refusal = why_not_export_more(by=self.request.user, now=self.now)
        offer = {"source": source, "question": self.question.address, "words": words, "refusal": refusal}
        return {**offer, "can_schedule": True}

    def _total(self, total: Any) -> dict[str, Any]:
        measure = total.measure
        address = self.question.address_with(**{TOTALS: None, BY: None, **measure.asks}) if measure.asks else ""
        return {"label": measure.label, "words": say_value(total.value, measure.kind, ""), "address": address}

    def _section(self, section: Any) -> dict[str, Any]:
        return {
            "label": section.group.label,
            "measures": [(row.label, css_of(row)) for row in section.measures],
            "rows": [(row.words, row.address, self._sums(section, row.sums)) for row in section.rows],
            "rest": section.rest and self._sums(section, section.rest),
        }

    def _sums(self, section: Any, sums: Any) -> list[Cell]:
        pairs = zip(section.measures, sums, strict=True)
        return [Cell(say_value(value, row.kind, ""), css_of(row), label=row.label) for row, value in pairs]

    def _detail(self) -> dict[str, Any]:
        report, question, user = self.report, self.question, self.request.user
        fields = report.fields_of(question, user)
        try:
            page = report.page(question, user, self.asked_after)
        except Odd as odd:
            return {"problems": [(SORT, odd.words)]}
        rows = make_rows(page.rows, fields, question.asking.practice.time_zone)
        onward = question.address_with(**{AFTER: page.next}) if page.next else ""
        shown = {"fields": [(row.label, css_of(row)) for row in fields], "rows": rows, "onward": onward}
        return {**shown, "is_wide": len(fields) > STAND_ANYWHERE, "is_dense": len(fields) > MANY_COLUMNS}
