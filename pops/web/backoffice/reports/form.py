"""The form that asks a report: each filter's control, the sections, the order."""

from collections.abc import Sequence
from dataclasses import dataclass

from payments.reports.declaration import Report
from payments.reports.filters.base import Control, Option
from payments.reports.question import BY, SORT, TOTALS, Question


@dataclass(frozen=True)
class ReportForm:
    """What a page asks with: at once, and under "More filters"; `is_open` where something of those is asked."""

    first: Sequence[Control]
    more: Sequence[Control]
    by: Control
    sort: Control
    totals: Control
    is_open: bool
    is_more_open: bool

    @property
    def names(self) -> set[str]:
        """Of all that it asks with."""
        return {control.name for control in (*self.first, *self.more, self.by, self.sort, self.totals)}


def make_form(report: Report, question: Question) -> ReportForm:
    """The form, filled in as it was sent."""
    given = {**question.pairs, **{name: text for name, text in question.given.items() if question.wrong}}
    controls = {
        row.name: row.control(given, question.asking, question.wrong.get(row.name, "")) for row in question.filters
    }
    more = [control for name, control in controls.items() if name not in report.first]
    return ReportForm(
        first=[control for name, control in controls.items() if name in report.first],
        more=more,
        by=_by(report, question),
        sort=_sort(report, question),
        totals=_totals(question),
        is_open=bool(question.wrong),
        is_more_open=_is_more_asked(report, question) or any(control.wrong for control in more),
    )


def _is_more_asked(report: Report, question: Question) -> bool:
    """Whether something under "More filters" is asked for: what stands in the address."""
    more = [row for row in question.filters if row.name not in report.first]
    return any(name in question.pairs for row in more for name in row.names)


def _by(report: Report, question: Question) -> Control:
    options = [Option(row.name, row.label, row.name in question.total_by) for row in report.groups]
    return Control("choices", BY, "Total by", "A section each.", options, wrong=question.wrong.get(BY, ""))


def _sort(report: Report, question: Question) -> Control:
    chosen = f"{'-' if question.descending else ''}{question.sort}"
    options = []
    for row in report.sorts:
        for name, words in ((row.name, ""), (f"-{row.name}", ", last first")):
            options.append(Option(name, f"{row.label}{words}", name == chosen))
    return Control("choice", SORT, "Sort by", options=options, wrong=question.wrong.get(SORT, ""))


def _totals(question: Question) -> Control:
    options = [Option("only", "Grand totals only", question.only_totals)]
    return Control("flag", TOTALS, "Grand totals only", options=options, wrong=question.wrong.get(TOTALS, ""))
