"""A table as a tagged PDF: the question, totals and sections, then the rows. Made by workers alone."""

from itertools import islice
from typing import IO, Any

from django.template.loader import render_to_string

from payments.reports.tables import MANY_COLUMNS, SERVICE, Column, Table, say_value
from pops.core.practice.selectors import get_practice
from receipts.documents.pdf import render_pdf

# A thousand pages are read by nobody: the CSV has all rows.
ROWS_ON_PAPER = 3_000
# Letters of a word. Methods and cards have shorter ones.
LONG = 12
ROWS_A_TABLE = 100  # a table is laid out as a whole: long ones take ever longer


def write(table: Table, file: IO[bytes]) -> None:
    """Write the whole file. Of more rows than stand on paper the others are walked through, and counted."""
    practice = get_practice()
    rows = iter(table.rows)
    shown = _cells(table, list(islice(rows, ROWS_ON_PAPER)), practice.time_zone)
    left = sum(1 for _ in rows)
    above = [(part, _cells(part, part.rows, practice.time_zone)) for part in table.above()]
    context = {
        "table": table,
        "made": table.say_made(practice.time_zone),
        "above": above,
        "parts": [shown[start : start + ROWS_A_TABLE] for start in range(0, len(shown), ROWS_A_TABLE)],
        "left": left,
        "shown": len(shown),
        "practice": practice,
        "is_dense": len(table.columns) > MANY_COLUMNS,
    }
    html = render_to_string("reports/pdf/report.html", context)
    file.write(render_pdf(html, style="report-pdf", paper_size=practice.paper_size, is_wide=True))


def _cells(table: Table, rows: Any, zone: str) -> list[list[tuple[str, str]]]:
    """Rows in words, and how each cell is set."""
    looks = [(column.kind, _style(column)) for column in table.columns]
    return [
        [_cell(say_value(value, kind, zone), css) for value, (kind, css) in zip(row, looks, strict=True)]
        for row in rows
    ]


def _style(column: Column) -> str:
    if column.is_number:
        return "num"
    return "id" if column.name == SERVICE else ""


def _cell(words: str, css: str) -> tuple[str, str]:
    """A long word, as some names have, may be broken where the paper has no room: an amount at the end may not be."""
    is_long = not css and any(len(word) > LONG for word in words.split())
    return words, "long" if is_long else css
