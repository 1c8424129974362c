"""check_books reads the stored files too, some each night: one that is gone or another is seen."""

import pytest
from django.core.files.storage import default_storage

from batches.models import ReferenceBatch
from payments.books.files import read_files
from receipts.documents.receipts import store_document
from tests.books import assert_books_balance, find_wrong
from tests.factories.desk import keep_files


@pytest.fixture
def stored(books, settings, tmp_path):
    """A receipt with its PDF, and where that lies."""
    settings.MEDIA_ROOT = str(tmp_path)
    keep_files(ReferenceBatch.objects.get(pk=books.batch))
    store_document(receipt_number=books.paid)
    assert_books_balance()
    return books.paid, tmp_path / f"receipts/2026/03/receipt-{books.paid}.pdf"


def test_a_file_that_is_gone_is_seen(stored):
    number, path = stored
    path.unlink()

    (wrong,) = find_wrong()

    assert wrong.rule == "files"
    assert wrong.findings == [f"Receipt {number}: its file receipts/2026/03/{path.name} is not there."]


def test_a_file_that_is_another_is_seen(stored):
    number, path = stored
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")

    (wrong,) = find_wrong()

    assert wrong.findings == [
        f"Receipt {number}: its file receipts/2026/03/{path.name} is not the one that was stored."
    ]


def test_a_store_that_is_away_is_one_line(stored, monkeypatch):
    def away(*_):
        raise ConnectionError("no route")

    monkeypatch.setattr(default_storage, "open", away)

    (wrong,) = find_wrong()

    assert wrong.findings == ["The store of files can't be read: ConnectionError."]


def test_the_next_night_reads_what_was_wrong_and_goes_on(stored, books):
    _, path = stored
    store_document(receipt_number=books.declined)
    path.unlink()

    first = read_files(seconds=-1)
    second = read_files(seconds=-1, last=first)
    third = read_files(seconds=60, last=second)

    assert (first.found, first.read) == (1, 2)  # of each source one, and the time is over
    assert (second.found, second.read) == (1, 3)  # the wrong one again, and the next of each
    assert third.found == 1
    assert third.through == {"receipts": 0, "closes": 0, "deposits": 0, "statements": 0}
