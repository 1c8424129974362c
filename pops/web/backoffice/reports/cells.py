"""Values of a report as the screen shows them: made into words before the template, as there are many."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from payments.reports.tables import SERVICE, Kind, say_value
from pops.web.backoffice.desk.action import batch_page, receipt_page


def _session_page(session_id: int) -> str:
    return reverse("admin:portal_sessions_portalsession_change", args=[session_id])


# Where the numbers in a column of this name lead.
PAGES: Mapping[str, Callable[[int], str]] = {"receipt": receipt_page, "batch": batch_page, "session": _session_page}


@dataclass(frozen=True)
class Cell:
    """A value in words. `css` sets it as a number, `url` is where it leads, `label` what its column is called."""

    words: str
    css: str = ""
    url: str = ""
    label: str = ""


def css_of(column: Any) -> str:
    """How a column is set: days and Service IDs on one line. A number that names something is no quantity."""
    if column.name in PAGES:
        return ""
    if column.name == SERVICE:
        return "nowrap"
    return {Kind.CENTS: "num money", Kind.NUMBER: "num", Kind.DATE: "day", Kind.MOMENT: "day"}.get(column.kind, "")


def make_rows(rows: Iterable[Sequence[Any]], columns: Sequence[Any], zone: str) -> list[list[Cell]]:
    """The rows of a table, cell by cell."""
    looks = [(column.kind, css_of(column), PAGES.get(column.name), column.label) for column in columns]
    return [
        [
            Cell(say_value(value, kind, zone), css, page(value) if page and value is not None else "", label)
            for value, (kind, css, page, label) in zip(row, looks, strict=True)
        ]
        for row in rows
    ]
