"""Files as practices' systems, spreadsheets and people break them: each is refused, whole or by the line, in words."""

import pytest

from pops.core.accounts.models import Guarantor, ServiceLine
from pops.core.imports.readers.faults import Unreadable
from pops.core.imports.readers.text import inspect
from pops.core.practice.models import Group
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, StatementFactory

HEAD = "encounter_number,line_number,service_date,description,billed\n"
GUARANTOR = "account_number,name\n"


def line(*, encounter="67563", number="1", date="2026-01-05", text="Office visit", billed="100.00"):
    """A file of one service line."""
    return f'{HEAD}{encounter},{number},"{date}",{text},"{billed}"\n'


WHOLE = {
    "empty": (b"", "The file is empty."),
    "blank lines": ("\n \n\n", "The file holds nothing but blank lines."),
    "a heading alone": (GUARANTOR, "The file holds no rows beside its heading."),
    "Excel": (b"PK\x03\x04rest", "This is an Excel workbook or a ZIP archive. Save the sheet as CSV UTF-8"),
    "old Excel": (b"\xd0\xcf\x11\xe0rest", "This is an old Excel workbook."),
    "PDF": (b"%PDF-1.7", "This is a PDF."),
    "gzip": (b"\x1f\x8b\x08", "This is a gzip archive. Unpack it"),
    "NUL": (GUARANTOR.encode() + b"1,A\n2,\0\0\0\n", "There is a NUL in line 3"),
    "UTF-16 cut": ((GUARANTOR + "1,Renée\n").encode("utf-16")[:-1], "breaks off within a letter"),
    "two encodings": (
        GUARANTOR.encode() + "1,Zoë\n".encode() + b"2,Ren\xe9e\n",
        "Line 3 is not UTF-8 as other lines are.",
    ),
    "no encoding": (GUARANTOR.encode() + b"1,Ren\x81e\n", "Line 2 is neither UTF-8 nor Windows-1252."),
    "a quote never closed": (GUARANTOR + '1,"Ann\n2,Bob\n', "A quote that opens in line 2 is never closed."),
    "one column": ("account_number\n1\n", "The first line holds one name alone."),
    "no line end": ("account," * 9_000, "The first line has no end."),
    "a JSON list": ('[{"account_number": "1"}]', "This is one JSON list. Write one object a line"),
    "a broken first object": ('{"account_number": \n', "Line 1 is no JSON object"),
    "unknown columns": ("foo,bar\n1,2\n", "The columns foo, bar don't say what this file holds."),
    "a column twice": ("account_number,name,name\n1,A,B\n", "The first line has name twice."),
}
BY_LINE = {
    "too few cells": (GUARANTOR + "1\n", "has 1 cells, the first line 2"),
    "too many cells": (GUARANTOR + "1,Alvarez, Maria\n", "has 3 cells, the first line 2"),
    "a quote in a cell": (GUARANTOR + '1,"Ann" Lee\n', 'has a quote in the middle of a cell: write ""'),
    "a name missing": (GUARANTOR + "1,\n", "name is empty"),
    "a long name": (GUARANTOR + f"1,{'a' * 301}\n", "name has 301 characters; 300 are the most"),
    "a card's number": (GUARANTOR + "1,Visa 4242 4242 4242 4242\n", "name looks like a card number. Leave it out, or"),
    "a formula": (GUARANTOR + "1,=A1&B1\n", "name is a formula; export the values"),
    "an error of the sheet": (GUARANTOR + "1,#N/A\n", "name is an error of the spreadsheet: #N/A"),
    "an account rounded": (GUARANTOR + "1.23E+11,A\n", "account_number was rounded by a spreadsheet: 1.23E+11."),
    "an account made a date": (GUARANTOR + "3-Jan,A\n", "account_number was made a date by a spreadsheet: 3-Jan."),
    "zeros lost": (
        GUARANTOR + "77,A\n",
        "account_number is new, while 0077 is there: were zeros at its beginning lost?",
    ),
    "no yes or no": ("account_number,name,no_email\n1,A,maybe\n", "no_email is neither yes nor no: maybe"),
    "the same twice": (GUARANTOR + "1,A\n1,B\n", "account_number stands 2 times in this file, first in line 2"),
    "a serial date": (
        line(date="45321"),
        "service_date is a spreadsheet's number for a date (45321, perhaps January 30, 2024).",
    ),
    "no day": (line(date="2026-02-30"), "service_date is a day that no calendar has: 2026-02-30"),
    "a short year": (line(date="1/5/26"), "service_date is no date such as 2026-03-01 or 3/1/2026: 1/5/26"),
    "another age": (line(date="0026-01-05"), "service_date is not between 1900 and 2099"),
    "the future": (line(date="2026-03-03"), "service_date is in the future: 2026-03-03"),
    "a negative amount": (line(billed="-5.00"), "billed is negative: -5.00."),
    "a bookkeeper's negative": (line(billed="(5.00)"), "billed is negative: (5.00)."),
    "an exponent": (line(billed="1e3"), "billed is written with an exponent: 1e3."),
    "a decimal comma": (line(billed="1234,56"), "billed is no amount of dollars and cents, such as 1,234.56: 1234,56"),
    "parts of a cent": (line(billed="1.005"), "billed is no amount of dollars and cents"),
    "too much money": (line(billed="10000000"), "billed is more than $9,999,999.99"),
    "billed nothing said": (line(billed=""), "billed is empty"),
    "a line of no number": (line(number="1.0"), "line_number is no whole number: 1.0"),
    "line 0": (line(number="0"), "line_number is not between 1 and 32,767: 0"),
    "no such encounter": (line(encounter="9"), "There is no encounter with this number. Import encounters first: 9"),
    "more paid than billed": (
        HEAD[:-1] + ",insurance_paid\n67563,1,2026-01-05,Visit,10.00,10.01\n",
        "billed is less than what is adjusted, pending and paid by insurance together",
    ),
    "another's statement": (
        HEAD[:-1] + ",statement_number\n67563,1,2026-01-05,Visit,10.00,S-9\n",
        "statement_number is of another guarantor than the encounter",
    ),
    "a JSON line cut": ('{"account_number": "1", "name": "A"}\n{"account_number": "2", "na\n', "is no JSON object"),
    "other names": (
        '{"account_number": "1", "name": "A"}\n{"account_number": "2"}\n',
        "has other names than the first line: name",
    ),
    "a name in parts": (
        '{"account_number": "1", "name": "A"}\n{"account_number": "2", "name": {}}\n',
        "holds more than one value in name",
    ),
    "a name said twice": (
        '{"account_number": "1", "name": "A"}\n{"name": "A", "name": "B"}\n',
        "says the same name twice",
    ),
    "a deep one": ('{"account_number": "1", "name": "A"}\n' + '{"name":' * 9_000 + "\n", "is no JSON object"),
    "a birth to come": (
        "patient_number,account_number,name,birth_date\nP,0077,A,2026-03-03\n",
        "birth_date is in the future",
    ),
    "no such guarantor": (
        "patient_number,account_number,name\nP,78,A\n",
        "There is no guarantor with this account number or the account is retired.",
    ),
    "no such state": (
        "appointment_number,patient_number,starts_at,status\nA,P-1,2026-03-09 9:00,odd\n",
        "status is none of booked, seen",
    ),
    "half a letter": (
        '{"account_number": "1", "name": "A"}\n{"account_number": "2", "name": "\\ud800"}\n',
        "holds half a letter in name",
    ),
    "a name of nothing": ('{"account_number": "1", "name": "\\u200f"}\n', "name holds only signs that can't be seen"),
    "a NUL in an amount": ((HEAD + "67563,1,2026-01-05,Visit,1\0\t2\n").encode("utf-16"), "billed is no amount"),
    "an offset of no place": (
        "appointment_number,patient_number,starts_at\nA,P-1,2026-03-09T09:00+99:00\n",
        "starts_at is a time that no clock shows",
    ),
    "no such hour": (
        "appointment_number,patient_number,starts_at\nA,P-1,2026-03-09 25:00\n",
        "starts_at is a time that no clock shows",
    ),
}


@pytest.fixture
def encounter(clinic):
    """Encounter 67563 of account 0077, and statement S-9 of another."""
    group = Group.objects.get()
    patient = PatientFactory(guarantor=GuarantorFactory(account_number="0077", group=group), number="P-1")
    StatementFactory(number="S-9", guarantor=GuarantorFactory(account_number="8", group=group))
    return EncounterFactory(number=67563, patient=patient)


@pytest.mark.parametrize(("content", "words"), WHOLE.values(), ids=WHOLE)
def test_a_file_that_cant_be_read_is_refused_as_a_whole(encounter, load, content, words):
    run = load(content)

    assert run.state == "refused"
    assert words in run.problem


@pytest.mark.parametrize(("content", "words"), BY_LINE.values(), ids=BY_LINE)
def test_a_bad_line_is_named_with_its_column_and_why(encounter, load, content, words):
    run = load(content)

    assert (run.state, run.bad > 0) == ("refused", True), run.problem
    assert any(words in said for _, said in run.faults), run.faults
    assert [fault for fault in run.faults if fault[0] < (1 if content[:1] == "{" else 2)] == []
    assert Guarantor.objects.count() == 2
    assert not ServiceLine.objects.exists()
    # The others are loaded when bad ones are skipped; no database error comes of any of them.
    assert load(content, skip_bad=True).state == "done"


def test_two_gigabytes_are_refused_before_they_are_read(tmp_path):
    with (tmp_path / "accounts.csv").open("wb") as file:
        file.truncate(2 << 30)

    with pytest.raises(Unreadable, match=r"2,048 MB; 1,024 MB are the most"):
        inspect(tmp_path / "accounts.csv")
