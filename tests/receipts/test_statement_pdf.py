"""The PDF of a statement: made once by a worker, of what was frozen, kept with its SHA-256, for its guarantor alone."""

import datetime as dt
import hashlib
import re
import subprocess

import pytest
from django.db import DatabaseError, transaction

from payments.books.files import find_problem, read_files
from pops.core.accounts.models import ServiceLine
from receipts import tasks
from receipts.documents.statements import store_statement_document
from receipts.models import StatementDetail, StatementDocument
from tests.concurrency import run_together, wait_until
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.statements import imported_statement, statement_of
from tests.golden import pdf_text
from tests.moments import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def statement(guarantor, practice):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_345, description="Annual physical")
    return statement_of(guarantor)


def get(client_of, statement, query=""):
    return client_of(statement.guarantor).get(f"/statements/{statement.pk}/pdf/{query}")


def test_it_says_what_the_page_says_and_is_accessible(statement, media):
    store_statement_document(detail_id=statement.detail.pk, now=NOON)
    pdf = (media / StatementDocument.objects.get().file.name).read_bytes()

    text = " ".join(pdf_text(pdf).split())
    for words in ("Statement of February 15, 2026", "Previous balance", "New charges", "Annual physical", "$123.45"):
        assert words in text
    info = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert re.search(r"Title: +Statement of February 15, 2026 – Lakeside Family Medicine", info)
    assert re.search(r"Tagged: +yes", info)
    meta = subprocess.run(["pdfinfo", "-meta", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert 'pdfuaid:part="1"' in meta or "<pdfuaid:part>1</pdfuaid:part>" in meta


def test_a_worker_makes_it_when_the_statement_is_entered(guarantor, practice, worker, media):
    statement = statement_of(guarantor)

    wait_until(lambda: StatementDocument.objects.exists())
    document = StatementDocument.objects.get()
    assert document.file.name == f"statements/2026/02/statement-2026-02-15-{statement.pk}.pdf"
    assert document.sha256 == hashlib.sha256((media / document.file.name).read_bytes()).hexdigest()


def test_many_workers_at_once_make_one_row_and_one_file(statement, media):
    made = run_together([lambda: store_statement_document(detail_id=statement.detail.pk, now=NOON)] * 6, width=6)

    assert sorted(made) == [False] * 5 + [True]
    assert [path.name for path in media.rglob("*.pdf")] == [f"statement-2026-02-15-{statement.pk}.pdf"]


def test_it_is_never_made_again_and_never_changed(statement, media):
    store_statement_document(detail_id=statement.detail.pk, now=NOON)
    before = {path: path.read_bytes() for path in media.rglob("*.pdf")}
    ServiceLine.objects.update(description="Something else")

    tasks.render_statement(statement.detail.pk)

    assert {path: path.read_bytes() for path in media.rglob("*.pdf")} == before
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        StatementDocument.objects.update(sha256="0" * 64)


def test_who_asks_before_it_is_there_waits_for_it(statement, client_of):
    answer = get(client_of, statement)

    assert answer.status_code == 202
    assert "Your PDF is being prepared" in answer.content.decode()


def test_it_is_handed_out_under_its_name_and_asked_for_anew(statement, client_of):
    store_statement_document(detail_id=statement.detail.pk, now=NOON)

    answer = get(client_of, statement)
    assert answer.headers["Content-Disposition"] == (f'attachment; filename="statement-2026-02-15-{statement.pk}.pdf"')
    again = client_of(statement.guarantor).get(
        f"/statements/{statement.pk}/pdf/", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    assert get(client_of, statement, "?open=1").headers["Content-Disposition"].startswith("inline")


@pytest.mark.books_are_wrong("a file was changed")
def test_another_file_in_its_place_is_not_handed_out_and_the_books_say_so(statement, client_of, media):
    store_statement_document(detail_id=statement.detail.pk, now=NOON)
    document = StatementDocument.objects.get()
    (media / document.file.name).write_bytes(b"another")

    answer = get(client_of, statement)
    assert answer.status_code == 503
    assert "Your statement is safe" in answer.content.decode()
    assert find_problem(document) == "is not the one that was stored"
    assert read_files().findings == [f"{document}: its file {document.file.name} is not the one that was stored."]


def test_an_imported_one_is_frozen_by_who_asks_for_it_first(guarantor, practice, client_of):
    young = imported_statement(guarantor, on=dt.date(2026, 3, 15), balance_cents=500, ago=dt.timedelta())
    old = imported_statement(guarantor, on=dt.date(2026, 2, 15), balance_cents=500)

    assert get(client_of, young).url == f"/statements/{young.pk}/", "its services may still come"
    assert get(client_of, old).status_code == 202
    assert StatementDetail.objects.get().statement == old


def test_nobody_else_gets_it(statement, client_of):
    store_statement_document(detail_id=statement.detail.pk, now=NOON)

    assert client_of(GuarantorFactory()).get(f"/statements/{statement.pk}/pdf/").status_code == 404
