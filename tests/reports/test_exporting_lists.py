"""Lists as files: the very rows and columns that the list shows, as plain values, and a note of who has them."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from openpyxl import load_workbook

from payments.models import Payment, Refund
from payments.reports.models import Export, ReportRun
from payments.reports.runs import asking
from payments.reports.sources import find_source
from payments.reports.tasks import work_off_runs
from receipts.corrections.void import void_receipt
from tests.factories.accounts import GuarantorFactory, PatientFactory
from tests.factories.desk import batch_of, close, count_out, take, tender, today
from tests.factories.payments import PaymentFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

LISTS = ["receipts", "payments", "refunds", "reference-batches", "guarantors"]


@pytest.fixture
def ruth(practice):
    return member(MANAGER, name="Ruth Okafor")


def export(client, name, question="", form="csv"):
    answer = client.post(reverse("backoffice:make_file", args=[name]), {"question": question, "format": form})
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def rows_of(client, name, question=""):
    return list(csv.DictReader(io.StringIO(export(client, name, question).decode("utf-8-sig"), newline="")))


def test_receipts_are_exported_as_they_are_filtered_searched_and_sorted(ruth, client_of):
    batch_of(ruth)
    maria, james = GuarantorFactory(name="María Álvarez", account_number="0048210"), GuarantorFactory(name="=James")
    first = take(ruth, tender(123456), guarantor=maria)
    voided = take(ruth, tender(700), guarantor=maria)
    take(ruth, tender(900), guarantor=james)
    void_receipt(receipt_number=voided.pk, reason="Mistake", today=today(), by=ruth)
    client = client_of(ruth)

    rows = rows_of(client, "receipts", "q=alvarez")
    assert [row["Receipt number"] for row in rows] == [str(voided.pk), str(first.pk)]
    assert rows[1] == {
        "Receipt number": str(first.pk),
        "Payment date": str(today()),
        "Guarantor name": "María Álvarez",
        "Amount": "1234.56",
        "Status": "Paid",
        "Account number": "'0048210",
        "Batch": first.batch.title,
    }
    assert rows[0]["Status"] == "Voided"
    assert [row["Receipt number"] for row in rows_of(client, "receipts", "shown=voided")] == [str(voided.pk)]
    assert rows_of(client, "receipts", "q=james")[0]["Guarantor name"] == "'=James"
    noted = Export.objects.order_by("pk")
    assert [one.said for one in noted][:2] == [["Searched for: alvarez"], ["What it is: Voided"]]
    assert [one.rows for one in noted] == [2, 1, 1]


@pytest.mark.parametrize("name", LISTS)
def test_each_list_has_its_columns_in_its_file(name, ruth, client_of, stripe_sandbox):
    batch = batch_of(ruth)
    receipt = take(ruth, tender(5000, "check", check_number="12"))
    Refund.objects.create(receipt=receipt, charge_id="ch_1", amount_cents=5000, reason="Overpaid")
    PaymentFactory(amount_cents=5000, state=Payment.State.REVIEW)
    close(batch, ruth, check=4000, note="A check is missing")
    client = client_of(ruth)
    listed = client.get(find_source(name).page(""))
    sheet = load_workbook(io.BytesIO(export(client, name, form="xlsx")))["Rows"]
    heading, *rows = sheet.iter_rows(values_only=True)

    assert len(heading) == len(listed.context["cl"].list_display)
    assert len(rows) == listed.context["cl"].result_count > 0
    assert not any("<" in str(value) for row in rows for value in row)
    if "Amount" in heading:
        assert rows[0][heading.index("Amount")] == 50
    if name == "reference-batches":
        assert (rows[0][heading.index("Total")], rows[0][heading.index("Difference")]) == (50, -10)
    assert f'action="{reverse("backoffice:make_file", args=[name])}"' in listed.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_the_list_as_who_asked_would_see_it(ruth, client_of, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(asking, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(asking, "queue_runs", lambda: None)
    batch_of(ruth)
    for cents in (100, 200, 300):
        take(ruth, tender(cents))
    client = client_of(ruth)
    asked = {"question": "shown=received&o=-4", "format": "csv"}
    client.post(reverse("backoffice:make_file", args=["receipts"]), asked)
    work_off_runs()
    run = ReportRun.objects.get()

    file = b"".join(client.get(reverse("backoffice:report_file", args=[run.pk])).streaming_content)
    assert len(file.splitlines()) == 4
    assert (run.rows_total, run.said) == (3, ["What it is: Money received"])


def test_who_has_not_the_right_sees_no_export_and_gets_none(practice, client_of):
    client = client_of(member(DESK))

    assert "desk-export" not in client.get(reverse("admin:receipts_receipt_changelist")).content.decode()
    answer = client.post(reverse("backoffice:make_file", args=["receipts"]), {"format": "csv"})
    assert answer.status_code == 403
    assert not Export.objects.exists()


def test_a_search_by_a_confidential_patient_finds_as_the_list_finds(ruth, client_of):
    batch_of(ruth)
    hidden = GuarantorFactory(name="Ana Lima")
    PatientFactory(guarantor=hidden, name="Zoe Quill", is_confidential=True)
    take(ruth, guarantor=hidden)
    role = ruth.groups.get()

    assert len(rows_of(client_of(ruth), "guarantors", "q=quill")) == 1
    role.permissions.remove(*role.permissions.filter(codename="see_confidential"))
    assert rows_of(client_of(ruth), "guarantors", "q=quill") == []
    assert rows_of(client_of(ruth), "receipts", "q=quill") == []


@pytest.mark.parametrize(
    "question", ["received_on__gte=31.+February", "guarantor__name__startswith=A", "o=x&shown=none"]
)
def test_an_odd_filter_is_answered_in_words_or_left_out(question, ruth, client_of):
    answer = client_of(ruth).post(
        reverse("backoffice:make_file", args=["receipts"]), {"question": question, "format": "csv"}, follow=True
    )

    assert answer.status_code in (200, 400)
    assert Export.objects.exists() or "filter that can" in answer.content.decode()


def test_administrators_read_who_exported_what_and_nobody_changes_it(ruth, client_of):
    batch_of(ruth)
    take(ruth)
    rows_of(client_of(ruth), "receipts", "shown=received")
    noted = Export.objects.get()
    alex = client_of(member(ADMIN))

    listed = alex.get(reverse("admin:reports_export_changelist")).content.decode()
    assert "Ruth Okafor" in listed
    assert "What it is: Money received" in listed
    page = alex.get(reverse("admin:reports_export_change", args=[noted.pk])).content.decode()
    assert "Guarantor name" in page
    assert client_of(ruth).get(reverse("admin:reports_export_changelist")).status_code == 403
    assert alex.post(reverse("admin:reports_export_delete", args=[noted.pk])).status_code == 403


def test_amounts_of_a_batch_that_is_still_to_be_counted_are_left_empty_and_that_is_said(ruth, client_of):
    sam = member(DESK, name="Sam Ito")
    sam.user_permissions.add(Permission.objects.get(codename="export_lists"))
    batch = batch_of(sam)
    take(sam, tender(4321))
    client = client_of(sam)

    assert {row["Amount"] for row in rows_of(client, "receipts")} == {""}
    assert {row["Total"] for row in rows_of(client, "reference-batches")} == {""}
    assert "still to count are left empty" in Export.objects.first().said[-1]
    assert {row["Amount"] for row in rows_of(client_of(ruth), "receipts")} == {"43.21"}
    count_out(batch, sam, cash=4321)
    assert {row["Amount"] for row in rows_of(client, "receipts")} == {"43.21"}
