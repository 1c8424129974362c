"""The files of a close: complete, safe in a spreadsheet, made once, kept with their SHA-256."""

import csv
import hashlib
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from batches.models import BatchDocument
from pops.core.accounts.models import Guarantor
from receipts.corrections.escrow import disburse_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.documents.closes import make_documents
from receipts.documents.packet import HEADINGS
from receipts.tasks import make_missing
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, close, take, tender, today
from tests.factories.staff import DESK, member

EVIL = ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "\u3000＝1", "＋1", "－1", "＠SUM"]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def dana(practice):
    user = clerk("=cmd|' /C calc'!A0")
    batch_of(user)
    return user


def read(document):
    return list(csv.reader(io.StringIO(document.file.read().decode("utf-8-sig"))))


def test_everything_is_in_the_csv_and_nothing_runs(dana):
    batch = dana.attachment.batch
    for name in EVIL:
        take(dana, tender(1050, "check", check_number=name), guarantor=GuarantorFactory(name=name))
    nguyen = GuarantorFactory(name="Nguyễn Thị Hồng Nhung")
    ServiceLineFactory(guarantor=nguyen, billed_cents=700, description="=1+1")
    receipt = take(dana, tender(123456), guarantor=nguyen)
    refund_at_desk(
        receipt_number=receipt.pk,
        amounts={"cash": 5},
        reason="@ the desk, overpaid",
        now=timezone.now(),
        today=today(),
        by=dana,
    )
    disburse_escrow(receipt_number=receipt.pk, cents=1, reason="-1 cent, meant for the lab", today=today(), by=dana)
    void_receipt(receipt_number=take(dana).pk, reason="+1 receipt too many", today=today(), by=dana)
    close(batch, dana, cash=123451, check=12600)

    make_missing()

    document = BatchDocument.objects.get(kind="packet_csv")
    rows = read(document)
    assert tuple(rows[0]) == HEADINGS
    kinds = [row[0] for row in rows[1:]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "Transaction": 15, "Posting": 1, "Disbursement": 1, "Void": 1,
    }  # fmt: skip
    amount = HEADINGS.index("Amount")
    for row in rows[1:]:
        for column, cell in enumerate(row):
            if column not in (amount, amount + 1):
                assert not re.match("[ \u3000]*[=+@\\t\\r＝＋－＠-]", cell), cell
    assert {row[amount] for row in rows[1:]} == {"10.50", "1234.56", "-0.05", "7.00", "0.01", "50.00"}
    assert "Nguyễn Thị Hồng Nhung" in {row[7] for row in rows}
    raw = document.file.open().read()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert hashlib.sha256(raw).hexdigest() == document.sha256


def test_the_slip_lists_cash_and_checks_that_go_to_the_bank(dana, guarantor):
    batch = dana.attachment.batch
    take(dana, tender(2000), tender(3000, "check", check_number="1041"), guarantor=guarantor)
    take(dana, tender(900, "card", card_brand="visa", card_last4="4242"))
    void_receipt(receipt_number=take(dana, tender(7000)).pk, reason="Keyed twice", today=today(), by=dana)
    close(batch, dana, cash=2000, check=3000, card=900)

    make_missing()

    assert read(BatchDocument.objects.get(kind="slip_csv"))[1:] == [
        ["Cash", "", "", "20.00"],
        ["Check", "1041", Guarantor.objects.first().name, "30.00"],
        ["Total", "", "", "50.00"],
    ]
    for kind in ("packet", "slip"):
        document = BatchDocument.objects.get(kind=kind)
        content = document.file.open().read()
        assert content.startswith(b"%PDF-1.7")
        assert hashlib.sha256(content).hexdigest() == document.sha256


def test_the_files_are_made_once_and_open_to_those_who_see_batches(dana, client_of):
    batch = dana.attachment.batch
    close(batch, dana)
    made = batch.closes.get()

    assert make_documents(close_id=made.pk)
    assert not make_documents(close_id=made.pk)
    assert made.documents.count() == 4
    document = made.documents.get(kind="packet_csv")
    answer = client_of(member(DESK)).get(reverse("backoffice:document", args=[document.pk]))
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbfRow,Receipt")
    assert f'filename="packet-{batch.batch_date}-{batch.pk}.csv"' in answer["Content-Disposition"]


def test_the_slip_says_what_was_counted(dana, guarantor):
    batch = dana.attachment.batch
    take(dana, tender(2000), tender(3000, "check", check_number="1041"), guarantor=guarantor)
    close(batch, dana, cash=1900, check=2500, note="A dollar is missing, and half of a check.")

    make_missing()

    assert read(BatchDocument.objects.get(kind="slip_csv"))[1:] == [
        ["Cash", "", "", "19.00"],
        ["Check", "1041", Guarantor.objects.first().name, "30.00"],
        ["Checks over or short", "", "", "-5.00"],
        ["Total", "", "", "44.00"],
    ]
