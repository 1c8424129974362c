"""Files of rows as spreadsheets and programs read them: real numbers and dates, and text that stays text."""

import csv
import datetime as dt
import io
import tempfile
import tracemalloc

import pytest
from openpyxl import load_workbook

from payments.reports.outputs import csv as csv_output
from payments.reports.outputs import xlsx as xlsx_output
from payments.reports.tables import Column, Kind, Table
from pops.core.spreadsheets import text

COLUMNS = [
    Column("receipt", "Receipt", Kind.NUMBER),
    Column("guarantor", "Guarantor", Kind.TEXT),
    Column("amount", "Amount", Kind.CENTS),
    Column("date", "Post date", Kind.DATE),
    Column("at", "Received", Kind.MOMENT),
]
# In Chicago: an evening of winter, and both half past one of the night on which clocks go back.
EVENING = dt.datetime(2026, 1, 1, 5, 59, 59, tzinfo=dt.UTC)
FIRST, SECOND = (dt.datetime(2026, 11, 1, hour, 30, tzinfo=dt.UTC) for hour in (6, 7))
ROWS = [
    (1001, "María Álvarez", 123456, dt.date(2025, 12, 31), EVENING),
    (1002, '=HYPERLINK("http://evil.example","x")', -50, dt.date(2026, 11, 1), FIRST),
    (1003, 'O"Connell, James\nWhitcomb', 5, dt.date(2026, 11, 1), SECOND),
    (1004, None, None, None, None),
]
ODD = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.com", "000123", "TRUE", "2026-01-01", "𝕏 日本 \x07"]


@pytest.fixture
def chicago(practice):
    practice.time_zone = "America/Chicago"
    practice.save()


def table(rows, columns=COLUMNS):
    return Table("Payments", ["Post date: 2026", "=All of it"], columns, iter(rows))


def read_csv(rows, columns=COLUMNS):
    content = b"".join(csv_output.write(table(rows, columns))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def read_xlsx(rows, columns=COLUMNS):
    file = io.BytesIO()
    xlsx_output.write(table(rows, columns), file)
    return load_workbook(file)


def naive(text):
    """As a spreadsheet has it: no cell of one has a time zone."""
    return dt.datetime.fromisoformat(text)


def texts(values):
    return [(value,) for value in values]


def test_csv_has_iso_dates_plain_dollars_and_the_practices_clock(chicago):
    assert read_csv(ROWS) == [
        ["Receipt", "Guarantor", "Amount", "Post date", "Received"],
        ["1001", "María Álvarez", "1234.56", "2025-12-31", "2025-12-31 23:59:59"],
        ["1002", '\'=HYPERLINK("http://evil.example","x")', "-0.50", "2026-11-01", "2026-11-01 01:30:00"],
        ["1003", 'O"Connell, James\nWhitcomb', "0.05", "2026-11-01", "2026-11-01 01:30:00"],
        ["1004", "", "", "", ""],
    ]


def test_csv_begins_with_a_byte_order_mark_and_its_headings_and_comes_as_the_rows_do(chicago):
    asked = []

    def endless():
        for number in range(10**9):
            asked.append(number)
            yield (number, "Maria", 100, None, None)

    parts = csv_output.write(table(endless()))

    assert next(parts).startswith(b"\xef\xbb\xbfReceipt,")
    assert asked == []
    assert next(parts).startswith(b"0,Maria,1.00,,\r\n1,")
    assert len(asked) < 10_000


def test_no_text_of_a_csv_is_run_or_changed_by_a_spreadsheet(chicago):
    values = [row[0] for row in read_csv(texts(ODD), [Column("text", "=Text")])]

    assert values[0] == "'=Text"
    assert all(value.startswith("'") for value in values[1:10] if "example" not in value)
    assert values[-1] == ODD[-1]
    unseen = ("\u1680", "\u200b", "\ufeff", "\x0b", "\x85", "\u2028 ", "\u2060\u3000")
    assert all(text(f"{before}=1+1").startswith("'") for before in unseen)
    assert text("\u200bMaria") == "\u200bMaria"


def test_xlsx_has_real_numbers_and_dates_under_a_frozen_heading(chicago):
    book = read_xlsx(ROWS)
    sheet = book["Rows"]
    heading, *rows = sheet.iter_rows(values_only=True)

    assert heading == ("Receipt", "Guarantor", "Amount", "Post date", "Received")
    assert rows[0] == (1001, "María Álvarez", 1234.56, naive("2025-12-31"), naive("2025-12-31 23:59:59"))
    assert [row[2] for row in rows] == [1234.56, -0.5, 0.05, None]
    assert rows[1][4] == rows[2][4] == naive("2026-11-01 01:30")
    assert [cell.number_format for cell in sheet[2]][2:] == ["#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E5"
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


def test_formulas_links_and_odd_characters_stay_text_in_xlsx(chicago):
    sheet = read_xlsx(texts([*ODD, "x" * 40_000]), [Column("text", "=Text")])["Rows"]
    cells = [cell for (cell,) in sheet.iter_rows()]

    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells[1:10]] == ODD[:9]
    assert cells[10].value.startswith("𝕏 日本")
    assert not any(cell.hyperlink for cell in cells)
    assert len(cells[-1].value) == 32_767


def test_the_question_stands_on_a_sheet_of_its_own(chicago):
    said = [row[0] for row in read_xlsx(ROWS)["Question"].iter_rows(values_only=True)]

    assert said == ["Payments", "Post date: 2026", "=All of it", "Rows: 4"]


def test_more_rows_than_a_sheet_holds_go_to_a_second_one(chicago, monkeypatch):
    monkeypatch.setattr(xlsx_output, "ROWS_A_SHEET", 3)
    book = read_xlsx(ROWS)

    assert book.sheetnames == ["Rows", "Rows 2", "Question"]
    assert [row[0].value for row in book["Rows 2"].iter_rows()] == ["Receipt", 1004]


@pytest.mark.parametrize("rows", [[], [(1, "", 0, None, None)]])
def test_a_table_of_no_rows_or_one_is_whole(chicago, rows):
    assert len(read_csv(rows)) == 1 + len(rows)
    assert read_xlsx(rows)["Rows"].max_row == 1 + len(rows)


@pytest.mark.parametrize(("output", "few"), [("csv", 4_000), ("xlsx", 2_500)])
def test_ten_times_the_rows_take_no_more_memory(chicago, output, few):
    def peak_of(count):
        rows = ((n, f"Guarantor {n % 50}", n % 900, dt.date(2026, 1, 1), EVENING) for n in range(count))
        with tempfile.TemporaryFile() as file:
            tracemalloc.start()
            if output == "csv":
                file.writelines(csv_output.write(table(rows)))
            else:
                xlsx_output.write(table(rows), file)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return peak

    small = peak_of(few)
    assert peak_of(10 * few) < 1.3 * small
