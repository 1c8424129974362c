"""What pages and files of a report say of money, row by row in their order, as whoever reads them has it: in cents."""

import csv as reader
import io
import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl

from payments.reports.declaration import Report
from payments.reports.outputs import csv, pdf, xlsx
from payments.reports.question import Question
from payments.reports.runs import copying
from payments.reports.tables import Table
from tests.golden import page_text, pdf_text

ONWARD = re.compile(r'<a class="button" href="\?([^"]+)#detail">More</a>')
# A row's first line on paper: the number of its receipt and, further on, its amounts. Days and names go on below it.
ON_PAPER = re.compile(r"^ *\d+ +[A-Z].*?(-?\$[\d,]+\.\d\d)", re.MULTILINE)


def in_files(ask: Callable[[], Table], heading: str) -> list[list[int]]:
    """Of a CSV as we write it, of one as the database does, and of a workbook; `ask` gives the table anew for each."""
    by_database, sheet, table = io.BytesIO(), io.BytesIO(), ask()
    copying.write(table.columns, table.stored, by_database)
    xlsx.write(ask(), sheet)
    made = b"".join(csv.write(table))
    return [in_csv(made, heading), in_csv(by_database.getvalue(), heading), in_xlsx(sheet, heading)]


def in_csv(made: bytes, heading: str) -> list[int]:
    """Of a CSV."""
    lines = reader.DictReader(io.StringIO(made.decode("utf-8-sig")))
    return [int(Decimal(line[heading]) * 100) for line in lines if line[heading]]


def in_xlsx(made: io.BytesIO, heading: str) -> list[int]:
    """Of a workbook, by a library that is not ours."""
    headings, *rows = openpyxl.load_workbook(made)["Rows"].iter_rows(values_only=True)
    place = headings.index(heading)
    return [round(row[place] * 100) for row in rows if row[place] is not None]


def on_screen(client: Any, address: str, heading: str) -> list[int]:
    """Of the detail on a report's page, and on those that *More* leads to."""
    amounts: list[int] = []
    path = address.partition("?")[0]
    while address:
        page = client.get(address).content.decode()
        table = page_text(page).partition("\nDetail\n")[2].splitlines()
        headings, *rows = [re.split(r" ?\| ?", line.removeprefix("| ")) for line in table if "|" in line] or [[heading]]
        amounts += [cents(row[headings.index(heading)]) for row in rows if row[headings.index(heading)]]
        onward = ONWARD.search(page)
        address = f"{path}?{onward[1].replace('&amp;', '&')}" if onward else ""
    return amounts


def paper_of(table: Table) -> str:
    """A report on paper."""
    file = io.BytesIO()
    pdf.write(table, file)
    return pdf_text(file.getvalue())


def on_pages(report: Report, question: Question, user: Any, name: str) -> list[int]:
    """Of the detail as the engine gives it to a screen, a page after the other."""
    place = [field.name for field in report.fields_of(question, user)].index(name)
    page, rows = report.page(question, user), list[Any]()
    while True:
        rows += page.rows
        if not page.next:
            return [row[place] for row in rows]
        page = report.page(question, user, page.next)


def pages_of(table: Table) -> tuple[list[float], float]:
    """How wide the pages of a report on paper are, and where the rightmost word ends, in points."""
    file = io.BytesIO()
    pdf.write(table, file)
    run = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=file.getvalue(), capture_output=True, check=True)
    said = run.stdout.decode()
    ends = [float(end) for end in re.findall(r'xMax="([\d.]+)"', said)]
    return [float(width) for width in re.findall(r'<page width="([\d.]+)"', said)], max(ends)


def on_paper(paper: str) -> list[int]:
    """The first amount of each row of the detail on paper."""
    return [cents(words) for words in ON_PAPER.findall(paper.partition("\nDetail\n")[2])]


def cents(words: str) -> int:
    """Of $1,234.50 or -$0.50."""
    return int(re.sub(r"[^-\d]", "", words))
