"""Reports as data: the same question as behind the ? of their pages, answered in JSON."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from payments.reports.declaration import Report, Section
from payments.reports.filters.base import Odd
from payments.reports.question import AFTER, BY, SORT, TOTALS, Question
from payments.reports.registry import REPORTS, find_report
from pops.core.access.models import User
from pops.core.accounts.confidential import as_seen
from pops.service_accounts.scopes import Scope
from pops.web.api.fields import MomentField
from pops.web.api.permissions import need_right
from pops.web.api.problems import BadQuery
from pops.web.api.schema import operation
from pops.web.api.v1.reports_shapes import ANSWER, ONE, ReportAnswerShape, ReportListShape
from pops.web.api.views import ApiView

LIMIT, MOST, USUAL = "limit", 500, 100
ENGINE = {
    BY: "Total by: names with commas between.",
    TOTALS: "`only`: no rows, totals alone.",
    SORT: "The order of the rows; a minus before it turns it round.",
    AFTER: "Where the last page ended: take it from `next`.",
    LIMIT: f"Rows a page, {MOST} at most; {USUAL} where it isn't said.",
}


def _parameters() -> list[OpenApiParameter]:
    """What any of the reports reads of an address."""
    filters = {name: row.help or row.label for report in REPORTS for row in report.filters for name in row.names}
    asked = {**filters, **ENGINE}
    return [OpenApiParameter(name, str, required=False, description=words) for name, words in asked.items()]


class ReportsView(ApiView):
    """What reports tell this account: what is confidential only with its scope and right."""

    scopes = {"GET": Scope.REPORTS_READ}
    # And the right of the report itself, which is asked for in there.
    rights = {"GET": "reports.view_reportrun"}

    @cached_property
    def reader(self) -> User:
        """For whom the report is made."""
        return as_seen(self.user, sees=self.sees_confidential)


class Reports(ReportsView):
    """Which reports there are for this account."""

    @operation(
        "list_reports",
        "List the reports, and what each can be asked for",
        gives=ReportListShape,
        example={"items": [ONE]},
    )
    def get(self, request: Request) -> Response:
        return Response({"items": [_describe(report) for report in REPORTS if self.user.has_perm(report.right)]})


class OneReport(ReportsView):
    """A report, asked as on its page: the address of that page holds the whole question."""

    @operation("ask_report", "Ask a report", query=_parameters(), gives=ReportAnswerShape, example=ANSWER)
    def get(self, request: Request, name: str) -> Response:
        report = find_report(name)
        if report is None:
            raise Http404
        need_right(report.right, user=self.user)
        question = self._ask(report)
        detail = _nothing() if question.only_totals else self._detail(report, question)
        headers = {"Link": f'<{detail["next"]}>; rel="next"'} if detail["next"] else {}
        return Response({**self._totals(report, question), **detail, "currency": "usd"}, headers=headers)

    def _ask(self, report: Report) -> Question:
        asked = self.request.query_params.copy()
        asked.pop(LIMIT, None)
        question = report.ask(asked, user=self.reader, today=self.today)
        if question.wrong:
            raise _bad(question.wrong)
        return question

    def _totals(self, report: Report, question: Question) -> dict[str, Any]:
        totals = report.totals(question, self.reader)
        return {
            "name": report.slug,
            "title": report.title,
            "said": report.said(question, self.reader),
            "measures": _columns([total.measure for total in totals]),
            "totals": {total.measure.name: total.value for total in totals},
            "sections": [_section(section) for section in report.sections(question, self.reader)],
        }

    def _detail(self, report: Report, question: Question) -> dict[str, Any]:
        query, fields = self.request.query_params, report.fields_of(question, self.reader)
        try:
            page = report.page(question, self.reader, query.get(AFTER, ""), size=_read_limit(query))
        except Odd as odd:
            raise _bad({AFTER: odd.words}) from None
        onward = question.address_with(**{AFTER: page.next, LIMIT: query.get(LIMIT)})
        rows = [{field.name: _value(value) for field, value in zip(fields, row, strict=True)} for row in page.rows]
        following = f"{settings.SITE_URL}{self.request.path}?{onward}" if page.next else None
        return {"columns": _columns(fields), "rows": rows, "next": following}


def _read_limit(query: Mapping[str, str]) -> int:
    text = query.get(LIMIT, str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MOST):
        raise _bad({LIMIT: f"Say a number from 1 to {MOST}."})
    return int(text)


def _bad(wrong: Mapping[str, str]) -> BadQuery:
    return BadQuery({name: [{"message": words, "code": "odd"}] for name, words in wrong.items()})


def _describe(report: Report) -> dict[str, Any]:
    filters = [{"names": list(row.names), "label": row.label, "help": row.help} for row in report.filters]
    return {
        "name": report.slug,
        "title": report.title,
        "lead": report.lead,
        "filters": filters,
        "total_by": [group.name for group in report.groups],
        "sorts": [sort.name for sort in report.sorts],
    }


def _nothing() -> dict[str, Any]:
    return {"columns": [], "rows": [], "next": None}


def _columns(columns: Sequence[Any]) -> list[dict[str, str]]:
    return [{"name": row.name, "label": row.label, "kind": row.kind.value} for row in columns]


def _section(section: Section) -> dict[str, Any]:
    names = [row.name for row in section.measures]
    groups = [{"group": row.words, "sums": dict(zip(names, row.sums, strict=True))} for row in section.rows]
    return {
        "name": section.group.name,
        "label": section.group.label,
        "measures": _columns(section.measures),
        "groups": groups,
        "rest": section.rest and dict(zip(names, section.rest, strict=True)),
    }


def _value(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return MomentField().to_representation(value)
    return value.isoformat() if isinstance(value, dt.date) else value
