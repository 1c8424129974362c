"""Screen, CSV, XLSX and PDF say the same of the same rows, and say what they said when somebody last looked."""

import csv as reader
import datetime as dt
import io
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from payments.gateway.intents import Result
from payments.reports.models import Format
from payments.reports.outputs import csv, pdf, xlsx
from payments.reports.registry import find_report
from payments.reports.runs.asking import Wish, ask_for_run
from payments.reports.sources import find_source
from payments.reports.tables import Kind, Table
from payments.reports.tasks import work_off_runs
from pops.core.money import format_cents
from tests.factories.accounts import EncounterFactory, GuarantorFactory, ServiceLineFactory
from tests.factories.desk import void_returned
from tests.factories.practice import FacilityFactory
from tests.golden import check_golden, page_text, pdf_text
from tests.moments import NOON, TODAY
from tests.reports.reading import pages_of, paper_of

GOLDEN = Path(__file__).parent / "golden"
REPORT = find_report("pops-payments")
ASKED = {"from": "2026-03-01", "to": "2026-03-31", "by": "method,facility", "payments": "yes"}


@pytest.fixture
def books(practice, pay, dana):
    """Services paid at two facilities, two equal payments in escrow, one void, one declined; a name is a formula."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('receipts_receipt', 'number'), 100000)")
    maria = GuarantorFactory(name="María Álvarez", account_number="48210")
    formula = GuarantorFactory(name="=1+1", account_number="00123")
    for number, place, cents in ((67001, FacilityFactory(), 6000), (67002, FacilityFactory(name="Northside"), 4000)):
        visit = EncounterFactory(number=number, patient__guarantor=maria, facility=place)
        ServiceLineFactory(encounter=visit, line_number=1, billed_cents=cents)
    pay(maria, cents=10000)
    pay(formula, cents=2500)
    pay(formula, cents=2500, at=NOON + dt.timedelta(days=1))
    pay(maria, result=Result.DECLINED, at=NOON + dt.timedelta(days=1))
    void_returned(pay(maria, cents=700, at=NOON + dt.timedelta(days=2)), dana)
    return dana


def table(user, **more):
    question = REPORT.ask({**ASKED, **more}, user=user, today=dt.date(2026, 3, 31))
    return REPORT.table(question, user)


def csv_of(user, **more):
    return b"".join(csv.write(table(user, **more))).decode("utf-8-sig")


def pdf_of(user, **more):
    file = io.BytesIO()
    pdf.write(table(user, **more), file)
    return file.getvalue()


def renumber(text, user):
    for n, batch in enumerate(dict.fromkeys(row[3] for row in table(user).rows if row[3]), 1):
        text = text.replace(f",{batch},", f",<{n}>,").replace(f" {batch} ", f" <{n}> ")
    return text


def test_csv_as_somebody_looked_at_it(books):
    check_golden(GOLDEN / "pops_payments.csv", renumber(csv_of(books).replace("\r\n", "\n"), books))


def test_pdf_as_somebody_looked_at_it(books):
    made = pdf_of(books)

    info = subprocess.run(["pdfinfo", "-"], input=made, capture_output=True, check=True).stdout.decode()
    assert re.search(r"Tagged: +yes", info)
    assert re.search(r"Title: +POPS Payments", info)
    assert re.search(r"Page size: +792 x 612 pts", info)  # on its side
    check_golden(GOLDEN / "pops_payments.pdf.txt", renumber(pdf_text(made), books))


@pytest.mark.parametrize(
    ("more", "amounts"),
    [({"escrow": "only"}, 4), ({"list": "applied", "payments": ""}, 1), ({"escrow": "only", "payments": ""}, 3)],
    ids=["all columns", "applied", "received"],
)
def test_the_widest_report_ends_on_its_paper(books, more, amounts):
    """With long names and large amounts in all columns; the last one was cut off."""
    columns = table(books, **more).columns
    widest = {
        Kind.CENTS: -123_456_789, Kind.DATE: dt.date(2026, 9, 30), Kind.NUMBER: 1_234_567,
        Kind.TEXT: "Wolfeschlegelsteinhausen Bergerdorff",
    }  # fmt: skip
    row = ["12345678-12" if column.name == "service" else widest[column.kind] for column in columns]
    made = Table("Widest", [], columns, [row])
    (page, *_), edge = pages_of(made)

    assert paper_of(made).count("-$1,234,567.89") == amounts
    assert edge < page - 12 / 25.4 * 72 + 1  # the margin, in points


@pytest.mark.parametrize("more", [{}, {"list": "applied", "payments": ""}], ids=["received", "applied"])
def test_all_say_the_same(books, client_of, more):
    asked = {**ASKED, **more}
    rows = [list(row) for row in table(books, **more).rows]
    in_csv = list(reader.reader(io.StringIO(csv_of(books, **more))))[1:]
    sheet = openpyxl.load_workbook(_xlsx(books, **more))["Rows"]
    in_xlsx = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    page = page_text(client_of(books).get(reverse("backoffice:report", args=["pops-payments"]), asked).content.decode())
    on_paper = " ".join(pdf_text(pdf_of(books, **more)).split())

    assert len(rows) == len(in_csv) == len(in_xlsx)
    counted = find_source("pops-payments").count(_question(books, **more).address, user=books, today=TODAY)
    assert counted in (None, len(rows)), "what a worker says of how far it is"
    columns = table(books, **more).columns
    for place, column in enumerate(columns):
        for row, line, cells in zip(rows, in_csv, in_xlsx, strict=True):
            if column.kind.value == "cents" and row[place] is not None:
                assert float(line[place]) * 100 == pytest.approx(row[place])
                assert round(cells[place] * 100) == row[place]
                assert format_cents(row[place]) in page
                assert format_cents(row[place]) in on_paper
            elif column.kind.value == "text" and row[place]:
                assert line[place].removeprefix("'") == cells[place] == row[place]
                assert " ".join(row[place].split()) in page.replace("&#x27;", "'")
    place = [column.name for column in columns].index("amount")
    total = {one.measure.name: one.value for one in REPORT.totals(_question(books, **more), books)}
    assert sum(row[place] or 0 for row in rows) == total["applied" if more else "total"]


def _question(user, **more):
    return REPORT.ask({**ASKED, **more}, user=user, today=dt.date(2026, 3, 31))


def _xlsx(user, **more):
    file = io.BytesIO()
    xlsx.write(table(user, **more), file)
    return file


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_the_pdf(books, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    question = _question(books).address
    run = ask_for_run(
        wish=Wish(find_source("pops-payments"), question, Format.PDF, books, timezone.localdate(), timezone.now()),
    )

    work_off_runs()

    run.refresh_from_db()
    assert (run.is_done, run.problem) == (True, "")
    assert "Álvarez" in pdf_text(run.file.read())


def test_totals_alone_are_a_file_too(books):
    lines = csv_of(books, totals="only", payments="").splitlines()

    assert lines[0] == (
        "Total by,Group,Transactions,Received,Refunded or returned,Total,Applied,Disbursed,Added to escrow,Voided,"
        '"Requested, not processed"'
    )
    assert lines[1] == "Method,Credit Card,3,150.00,0.00,150.00,,,,7.00,50.00"
    assert lines[-1] == "Grand total,,3,150.00,0.00,150.00,100.00,0.00,50.00,7.00,50.00"
