"""What is copied from a close's CSV is what POPS holds, though a spreadsheet opened it: no number is made of a name."""

import csv
import io
import re

import pytest

from batches.models import BatchDocument
from receipts.documents.packet import HEADINGS, text
from receipts.tasks import make_missing
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import batch_of, clerk, close, take, tender


@pytest.mark.parametrize(
    "changed",
    [
        "000123", "0048210", "0042", "007", "47E012", "1e5", "9-1", "67563-1", "1/2", "3.10", "12:30", "12:30 PM",
        "1 1/2", "MAR 1", "1-Sep", "Sep 3, 2026", "june 2026", "$12", "(5)", "50%", "true", "FALSE",
        "4111111111111111", "０１２３", "1\u00a0000", " 0123", "0",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_make_a_value_of_stays_text(changed):
    assert text(changed) == f"'{changed}"


@pytest.mark.parametrize(
    "kept",
    [
        "48210", "1023", "123456789012345", "ch_3QK7xExample1", "100234-1a", "Maria Alvarez", "April May", "Mary 5",
        "3D ultrasound", "24-hour monitor", "X-ray, ankle, three views", "O'Connell", "", "visa", "E", "True North",
    ],
)  # fmt: skip
def test_what_it_leaves_alone_is_left_alone(kept):
    assert text(kept) == kept


@pytest.mark.parametrize("given", ["'quoted", "'", "'000123", "=1+1", "000123", "48210", "＝1", "O'Connell"])
def test_a_program_that_takes_one_apostrophe_away_has_the_very_text(given):
    assert text(given).removeprefix("'") == given or text(given) == given
    assert text(given).startswith("'") == (text(given) != given)


@pytest.mark.django_db(transaction=True)
def test_the_identifiers_of_packet_and_slip_survive_and_amounts_stay_numbers(practice, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    dana = clerk("Dana Whitfield")
    batch = batch_of(dana)
    guarantor = GuarantorFactory(account_number="0048210")
    take(dana, tender(3000, "check", check_number="000123"), guarantor=guarantor)
    card = tender(900, "card", card_brand="visa", card_last4="0042", approval_code="47E012")
    take(dana, card, guarantor=guarantor)
    close(batch, dana, check=3000, card=900)

    make_missing()

    packet, slip = (read(BatchDocument.objects.get(kind=kind)) for kind in ("packet_csv", "slip_csv"))
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in packet[1:]]
    assert {row["Account"] for row in rows} == {"'0048210"}
    assert {row["Check number"] for row in rows} == {"'000123", ""}
    assert {row["Last four"] for row in rows} == {"'0042", ""}
    assert {row["Approval code"] for row in rows} == {"'47E012", ""}
    assert [row[1] for row in slip[1:] if row[0] == "Check"] == ["'000123"]
    amounts = [row["Amount"] for row in rows] + [row[-1] for row in slip[1:]]
    assert all(re.fullmatch(r"-?\d+\.\d\d", amount) for amount in amounts)
    assert all(re.fullmatch(r"\d+", row["Receipt"]) for row in rows)


def read(document):
    return list(csv.reader(io.StringIO(document.file.read().decode("utf-8-sig"))))
