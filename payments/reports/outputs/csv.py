"""A table as CSV, streamed: UTF-8, ISO dates, cents as 12.34, and no cell that a spreadsheet runs or changes.

It begins with a byte order mark, as the packet of a close does: without one Excel takes UTF-8 for the code page of
its machine and spoils every name with an accent; all that reads CSV otherwise knows the mark (Python: utf-8-sig). Its
first line are the headings and nothing stands above them, so that programs read it too.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from payments.reports.tables import Kind, Table
from pops.core.money import plain_dollars
from pops.core.practice.selectors import get_practice
from pops.core.spreadsheets import text

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
# Rows at once: a column of them is put into words at a time, which takes half as long as row by row.
CHUNK = 2_000
# So many different values of a column are remembered: amounts, dates and names come again and again.
REMEMBERED = 50_000

Formatter = Callable[[Sequence[Any]], Sequence[Any]]


def write(table: Table) -> Iterator[bytes]:
    """The file, some hundred kilobytes at a time, as the rows come."""
    formatters = [_formatter(column.kind) for column in table.columns]
    yield MARK + _lines([[text(column.label) for column in table.columns]])
    rows = iter(table.rows)
    while chunk := list(islice(rows, CHUNK)):
        columns = [form(values) for form, values in zip(formatters, zip(*chunk, strict=True), strict=True)]
        yield _lines(zip(*columns, strict=True))


def _lines(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _formatter(kind: Kind) -> Formatter:
    if kind is Kind.NUMBER:
        return _as_they_are
    if kind is Kind.MOMENT:
        zone = ZoneInfo(get_practice().time_zone)
        return lambda values: [None if value is None else _moment(value, zone) for value in values]
    return _remembering(FORMS[kind])


def _remembering(form: Callable[[Any], str]) -> Formatter:
    """Form each different value once."""
    memory: dict[Any, str] = {}

    def form_all(values: Sequence[Any]) -> list[str]:
        if len(memory) > REMEMBERED:
            memory.clear()
        for value in set(values).difference(memory):
            memory[value] = form(value)
        return [memory[value] for value in values]

    return form_all


def _as_they_are(values: Sequence[Any]) -> Sequence[Any]:
    return values


def _date(date: dt.date | None) -> str:
    return "" if date is None else date.isoformat()


FORMS: dict[Kind, Callable[[Any], str]] = {Kind.TEXT: text, Kind.CENTS: plain_dollars, Kind.DATE: _date}


def _moment(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Without its offset: no spreadsheet reads one."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
