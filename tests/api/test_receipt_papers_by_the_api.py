"""The itemized receipt and its PDF by the API: what its guarantor sees, and nothing that proves no payment."""

import hashlib

import pytest

from receipts.corrections.void import void_receipt
from receipts.documents.calls import RENDER_ONE
from receipts.documents.files import keep
from receipts.models import ReceiptDocument
from tests.factories.accounts import ServiceLineFactory
from tests.factories.api import caller
from tests.factories.desk import take, tender, today
from tests.factories.staff import MANAGER

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the receipt as it was stored"
SHA256 = "7d0c6d2d0e1b6b5f6d7a3a0f6d2c4ad5c2a1a9bb7d4d5f5b7d2c0e9f1a2b3c4d"


@pytest.fixture
def api(practice):
    return caller("receipts:read", role=MANAGER)


def store(receipt, sha256: str) -> None:
    ReceiptDocument.objects.create(receipt=receipt, file=keep(f"receipts/{receipt.pk}.pdf", PDF), sha256=sha256)


def test_it_is_itemized_line_by_line(api, dana):
    line = ServiceLineFactory(billed_cents=12000, adjusted_cents=2000, insurance_paid_cents=4000)
    receipt = take(dana, tender(7500), guarantor=line.encounter.patient.guarantor)

    told = api.get(f"/receipts/{receipt.pk}/itemized").json()

    (place,) = told["places"]
    (visit,) = place["visits"]
    (itemized,) = visit["lines"]
    assert (place["facility"], visit["patient"]) == (line.encounter.facility.name, line.encounter.patient.name)
    names = ("billed", "adjusted", "insurance_paid", "patient_paid", "remaining", "applied")
    assert [itemized[f"{name}_cents"] for name in names] == [12000, 2000, 4000, 6000, 0, 6000]
    assert (told["amount_cents"], told["escrow_cents"], told["proves_payment"]) == (7500, 1500, True)
    assert (itemized["service_date"], itemized["service_id"]) == (line.service_date.isoformat(), line.service_id)


def test_the_pdf_is_the_file_that_was_stored(api, dana):
    receipt = take(dana)
    store(receipt, hashlib.sha256(PDF).hexdigest())

    answer = api.get(f"/receipts/{receipt.pk}/pdf")
    again = api.get(f"/receipts/{receipt.pk}/pdf", If_None_Match=answer.headers["ETag"])

    assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receipt-{receipt.pk}.pdf"'
    assert again.status_code == 304


def test_a_pdf_that_is_not_the_one_that_was_stored_is_given_to_nobody(api, dana):
    receipt = take(dana)
    store(receipt, SHA256)

    answer = api.get(f"/receipts/{receipt.pk}/pdf")

    assert (answer.status_code, answer.json()["code"]) == (503, "document_lost")


def test_who_asks_before_it_is_made_has_it_made(api, dana, monkeypatch, django_capture_on_commit_callbacks):
    receipt, called = take(dana), []
    monkeypatch.setattr("receipts.documents.calls.current_app.send_task", lambda *task, **_: called.append(task))

    with django_capture_on_commit_callbacks(execute=True):
        answer = api.get(f"/receipts/{receipt.pk}/pdf")

    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "2")
    assert called == [(RENDER_ONE, [receipt.pk])]


def test_a_voided_receipt_has_no_pdf_and_proves_nothing(api, dana):
    receipt = take(dana)
    store(receipt, SHA256)
    void_receipt(receipt_number=receipt.pk, reason="Keyed twice", today=today(), by=dana)

    answer = api.get(f"/receipts/{receipt.pk}/pdf")

    assert (answer.status_code, answer.json()["code"]) == (410, "no_document")
    assert api.get(f"/receipts/{receipt.pk}/itemized").json()["proves_payment"] is False


def test_what_is_not_there_is_not_there(api):
    for address in ("/receipts/1", "/receipts/1/itemized", "/receipts/1/pdf", f"/receipts/{10**30}"):
        assert api.get(address).status_code == 404, address
