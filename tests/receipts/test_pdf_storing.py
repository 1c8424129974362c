"""The PDF is made once, by a worker, kept with its SHA-256, and handed out to its guarantor alone."""

import hashlib
import re
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from kombu.exceptions import OperationalError

from payments.gateway.intents import Result
from receipts import tasks
from receipts.documents import calls
from receipts.documents.receipts import store_document
from receipts.models import ReceiptDocument
from receipts.selectors import find_documentless
from tests.concurrency import run_together, wait_until
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import void_returned

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def receipt(guarantor, pay):
    ServiceLineFactory(guarantor=guarantor)
    return pay(guarantor)


def files(media):
    return [str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()]


def get(client_of, receipt, query=""):
    return client_of(receipt.guarantor).get(f"/receipts/{receipt.number}/pdf/{query}")


# --- Making it --------------------------------------------------------------------------------------------------


def test_with_the_broker_down_the_payment_stands_and_the_sweep_makes_it(guarantor, pay):
    with mock.patch("celery.current_app.send_task", side_effect=OperationalError("connection refused")) as refused:
        receipt = pay(guarantor)
        wait_until(lambda: refused.called)
    assert not ReceiptDocument.objects.exists()

    tasks.render_missing()
    assert ReceiptDocument.objects.get().receipt == receipt


def test_a_worker_makes_it_at_commit(guarantor, pay, worker, media):
    receipt = pay(guarantor)

    wait_until(lambda: ReceiptDocument.objects.exists())
    document = ReceiptDocument.objects.get(receipt=receipt)
    assert document.file.name == f"receipts/2026/03/receipt-{receipt.number}.pdf"
    assert document.sha256 == hashlib.sha256((media / document.file.name).read_bytes()).hexdigest()


def test_many_workers_at_once_make_one_row_and_leave_one_file(receipt, media):
    made = run_together([lambda: store_document(receipt_number=receipt.number)] * 6, width=6)

    assert sorted(made) == [False] * 5 + [True]
    assert ReceiptDocument.objects.count() == 1
    assert files(media) == [ReceiptDocument.objects.get().file.name]


def test_it_is_never_made_again(receipt, practice, media):
    store_document(receipt_number=receipt.number)
    before = (media / files(media)[0]).read_bytes()
    practice.name = "Another Name"
    practice.save()

    assert not store_document(receipt_number=receipt.number)
    tasks.render_missing()
    tasks.render_document(receipt.number)

    assert [(media / name).read_bytes() for name in files(media)] == [before]
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        ReceiptDocument.objects.update(sha256="0" * 64)


def test_a_worker_that_dies_before_the_commit_leaves_no_second_file(receipt, media, monkeypatch):
    def die(**_):
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(ReceiptDocument.objects, "create", die)
        with pytest.raises(OSError, match="killed"):
            store_document(receipt_number=receipt.number)
    assert len(files(media)) == 1

    assert store_document(receipt_number=receipt.number)
    assert files(media) == [ReceiptDocument.objects.get().file.name]


def test_one_that_fails_does_not_keep_the_sweep_from_the_others(guarantor, pay, monkeypatch):
    good, bad = pay(guarantor), pay(guarantor)
    make = store_document

    def flaky(*, receipt_number):
        if receipt_number == bad.number:
            raise ValueError("no font")
        return make(receipt_number=receipt_number)

    monkeypatch.setattr(tasks, "store_document", flaky)
    tasks.render_missing()

    assert ReceiptDocument.objects.get().receipt == good


def test_the_sweep_finds_old_ones_too(guarantor, pay):
    old, new = pay(guarantor), pay(guarantor)

    assert find_documentless(recent=1, limit=10) == [new.number]
    assert find_documentless(recent=None, limit=10) == [new.number, old.number]
    assert find_documentless(recent=None, limit=1) == [new.number]
    tasks.render_all_missing()
    assert find_documentless(recent=None, limit=10) == []


def test_the_sweep_goes_on_until_nothing_is_left(guarantor, pay, monkeypatch):
    for _ in range(3):
        pay(guarantor)
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    monkeypatch.setattr(tasks.render_all_missing, "delay", tasks.render_all_missing)

    tasks.render_all_missing()

    assert find_documentless(recent=None, limit=10) == []


# --- Handing it out ---------------------------------------------------------------------------------------------


def test_it_is_handed_out_as_it_was_stored(receipt, client_of, media):
    store_document(receipt_number=receipt.number)

    answer = get(client_of, receipt)

    assert answer.content == (media / files(media)[0]).read_bytes()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{receipt.number}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-cache"} <= set(re.split(", *", answer["Cache-Control"]))
    assert get(client_of, receipt, "?open=1")["Content-Disposition"].startswith("inline;")


def test_a_browser_that_has_it_is_told_so(receipt, client_of):
    store_document(receipt_number=receipt.number)
    client = client_of(receipt.guarantor)
    address = f"/receipts/{receipt.number}/pdf/"

    again = client.get(address, headers={"If-None-Match": client.get(address)["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_an_unsuccessful_one_is_called_so(guarantor, pay, client_of):
    receipt = pay(guarantor, result=Result.DECLINED)
    store_document(receipt_number=receipt.number)

    assert f"receipt-{receipt.number}-unsuccessful.pdf" in get(client_of, receipt)["Content-Disposition"]


def test_until_it_is_there_a_page_says_so(receipt, client_of):
    answer = get(client_of, receipt)

    assert answer.status_code == 202
    assert "Your PDF is being prepared" in answer.content.decode()
    assert get(client_of, receipt, "?wait=1").status_code == 202
    store_document(receipt_number=receipt.number)
    assert get(client_of, receipt, "?wait=1").url == f"/receipts/{receipt.number}/pdf/?open=1"


def test_asking_for_it_calls_a_worker(receipt, client_of, worker):
    get(client_of, receipt)

    wait_until(lambda: ReceiptDocument.objects.exists())


def test_asking_for_it_with_the_broker_down_still_answers(receipt, client_of, monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(calls.current_app, "send_task", refuse)

    assert get(client_of, receipt).status_code == 202


@pytest.mark.books_are_wrong("a file that is gone, or another")
@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"%PDF-1.7 forged")])
def test_a_file_that_is_gone_or_not_the_one_stored_is_never_handed_out(receipt, client_of, media, harm, caplog):
    store_document(receipt_number=receipt.number)
    harm(media / files(media)[0])

    answer = get(client_of, receipt)

    assert answer.status_code == 503
    assert "Your receipt is safe" in answer.content.decode()
    assert any(str(receipt.number) in record.getMessage() for record in caplog.records if record.levelname == "ERROR")


@pytest.mark.parametrize("is_stored", [True, False])
def test_the_pdf_of_a_voided_receipt_is_not_given_out(receipt, staff_user, client_of, is_stored):
    if is_stored:
        store_document(receipt_number=receipt.number)
    void_returned(receipt, staff_user)

    answer = get(client_of, receipt)

    assert answer.status_code == 410
    assert "is not a proof of payment" in answer.content.decode()
    assert find_documentless(recent=None, limit=10) == []
    assert not store_document(receipt_number=receipt.number)


@pytest.mark.parametrize("is_stored", [True, False])
def test_nobody_else_gets_it(receipt, client_of, staff_user, is_stored):
    if is_stored:
        store_document(receipt_number=receipt.number)
    address = f"/receipts/{receipt.number}/pdf/"

    assert Client().get(address).url == f"/sign-in/?next={address}"
    assert client_of(GuarantorFactory()).get(address).status_code == 404
    assert client_of(staff_user).get(address).status_code == 404


def test_no_address_leads_to_the_files_themselves(receipt, client_of):
    store_document(receipt_number=receipt.number)
    name = ReceiptDocument.objects.get().file.name

    for address in (f"/media/{name}", f"/{name}", f"/static/{name}"):
        assert client_of(receipt.guarantor).get(address).status_code == 404


def test_the_files_are_the_servers_own_on_disk(receipt, media):
    store_document(receipt_number=receipt.number)

    path = media / files(media)[0]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o640, 0o750)
    assert Path(default_storage.path("x")).parent == media
