"""A table as CSV, streamed: UTF-8, ISO dates, cents as 12.34, and no cell that a spreadsheet runs or changes.

It begins with a byte order mark, as the packet of a close does: without one Excel takes UTF-8 for the code page of
its machine and spoils every name with an accent; all that reads CSV otherwise knows the mark (Python: utf-8-sig). Its
first line are the headings and nothing stands above them, so that programs read it too.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from payments.reports.tables import Kind, Table
from pops.core.money import plain_dollars
from pops.core.practice.selectors import get_practice
from pops.core.spreadsheets import text

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
# Rows at once: a column of them is put into words at a time.
CHUNK = 2_000
# So many different cells of a column are remembered: amounts, dates and names come again and again.
REMEMBERED = 100_000
# What has to stand in quotes.
SPECIAL = re.compile(r'[,"\r\n]')

Write = Callable[[Sequence[Any]], Iterable[str]]


def write(table: Table) -> Iterator[bytes]:
    """The file, some hundred kilobytes at a time, as the rows come."""
    yield MARK + _lines([[quoted(text(column.label))] for column in table.columns])
    writes = [_write_cells(column.kind) for column in table.columns]
    rows = iter(table.rows)
    while chunk := list(islice(rows, CHUNK)):
        yield _lines([cells(values) for cells, values in zip(writes, zip(*chunk, strict=True), strict=True)])


def _lines(columns: Sequence[Iterable[str]]) -> bytes:
    """Cells, a column after the other, as lines. Python's own writer takes three times as long."""
    return "".join(f"{line}\r\n" for line in map(",".join, zip(*columns, strict=True))).encode()


def _write_cells(kind: Kind) -> Write:
    if kind is Kind.NUMBER:
        return lambda values: ["" if value is None else str(value) for value in values]
    if kind is Kind.MOMENT:
        return _write_moments(ZoneInfo(get_practice().time_zone))
    return _remembering(FORMS[kind])


class Memory(dict[Any, str]):
    """What a value is written as, by the value: made once."""

    def __init__(self, form: Callable[[Any], str]) -> None:
        super().__init__()
        self.form = form

    def __missing__(self, value: Any) -> str:
        written = self[value] = self.form(value)
        return written


def _remembering(form: Callable[[Any], str]) -> Write:
    memory = Memory(form)

    def cells(values: Sequence[Any]) -> list[str]:
        if len(memory) > REMEMBERED:
            memory.clear()
        return list(map(memory.__getitem__, values))

    return cells


def _write_moments(zone: ZoneInfo) -> Write:
    return lambda values: ["" if value is None else _moment(value, zone) for value in values]


def _moment(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Without its offset, which no spreadsheet reads."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")


def _text(value: Any) -> str:
    return quoted(text(value))


def quoted(words: str) -> str:
    """A cell, in quotes where it has to be."""
    if not SPECIAL.search(words):
        return words
    doubled = words.replace('"', '""')
    return f'"{doubled}"'


def _date(date: dt.date | None) -> str:
    return "" if date is None else date.isoformat()


FORMS: dict[Kind, Callable[[Any], str]] = {Kind.TEXT: _text, Kind.CENTS: plain_dollars, Kind.DATE: _date}
