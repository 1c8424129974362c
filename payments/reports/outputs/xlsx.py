"""A table as an XLSX file, written row by row in flat memory: real numbers and dates, text that stays text.

The rows begin at the top of the first sheet, under one line of headings, so that filters and pivot tables take them as
they are; what was asked stands on a sheet of its own.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from payments.reports.tables import Column, Kind, Table
from pops.core.money import plain_dollars
from pops.core.practice.selectors import get_practice

# What a sheet holds below its headings; further rows go to further sheets.
ROWS_A_SHEET = 1_048_575
# What a cell holds.
CELL = 32_767
FORMATS = {
    Kind.NUMBER: "0",
    Kind.CENTS: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
}
# Text is as wide as the longest of the first rows: the others are not there yet when they are written.
LOOKED_AT = 200
NARROW, WIDE = 10, 50
WIDTHS = {Kind.CENTS: 14, Kind.DATE: 12, Kind.MOMENT: 20}

Cell = Callable[[int, int, Any], object]


def write(table: Table, file: IO[bytes]) -> None:
    """Write the whole file. On the way its rows lie in a temporary file, compressed at the end."""
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"title": table.title})
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        count, rows = 0, iter(table.rows)
        for number, sheet_rows in enumerate(_sheets(rows), 1):
            sheet = book.add_worksheet("Rows" if number == 1 else f"Rows {number}")
            count += _fill(sheet, table.columns, sheet_rows, bold, formats)
        _tell(book.add_worksheet("Question"), table, count, bold)


def _sheets(rows: Iterator[Sequence[Any]]) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows, a sheet's at a time. There is one sheet at least."""
    yield islice(rows, ROWS_A_SHEET)
    for first in rows:
        yield chain([first], islice(rows, ROWS_A_SHEET - 1))


def _fill(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Iterator[Sequence[Any]],
    bold: Format,
    formats: dict[Kind, Format],
) -> int:
    """Headings and rows. How many rows there were."""
    first = list(islice(rows, LOOKED_AT))
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column, [row[place] for row in first]))
        sheet.write_string(0, place, column.label, bold)
    sheet.freeze_panes(1, 0)
    cells = [_cell(sheet, column.kind, formats.get(column.kind)) for column in columns]
    places = list(enumerate(cells))
    line = 0
    for line, row in enumerate(chain(first, rows), 1):
        for place, cell in places:
            value = row[place]
            if value is not None:
                cell(line, place, value)
    sheet.autofilter(0, 0, line, len(columns) - 1)
    return line


def _width(column: Column, values: Sequence[Any]) -> int:
    least = max(NARROW, len(column.label) + 3)  # the button of the filter stands beside it
    if column.kind is Kind.TEXT:
        return min(WIDE, max(least, *(len(str(value or "")) + 1 for value in values), 0))
    return max(least, WIDTHS.get(column.kind, 0))


def _cell(sheet: Worksheet, kind: Kind, form: Format | None) -> Cell:
    """What writes a value of this kind: never what guesses, which makes a formula of "=1+1" and a link of "http:"."""
    if kind is Kind.TEXT:
        return lambda line, place, value: sheet.write_string(line, place, str(value)[:CELL])
    if kind is Kind.CENTS:
        # The nearest number of a spreadsheet to these dollars and cents; nothing is computed with it here.
        return lambda line, place, value: sheet.write_number(line, place, float(plain_dollars(value)), form)
    if kind is Kind.NUMBER:
        return lambda line, place, value: sheet.write_number(line, place, value, form)
    zone = ZoneInfo(get_practice().time_zone) if kind is Kind.MOMENT else None
    return lambda line, place, value: sheet.write_datetime(line, place, _on_the_clock(value, zone), form)


def _on_the_clock(value: Any, zone: ZoneInfo | None) -> dt.date | dt.datetime:
    return value.astimezone(zone).replace(tzinfo=None) if zone else value


def _tell(sheet: Worksheet, table: Table, count: int, bold: Format) -> None:
    sheet.set_column(0, 0, 2 * WIDE)
    sheet.write_string(0, 0, table.title, bold)
    made = table.say_made(get_practice().time_zone)
    for line, sentence in enumerate(filter(None, [*table.said, f"Rows: {count:,}", made]), 1):
        sheet.write_string(line, 0, sentence[:CELL])
