"""Neither queryset.update() nor SQL changes money that was received."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from batches.closing import close_batch
from batches.models import ReferenceBatch
from receipts.models import Posting, Receipt, Transaction
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import clerk
from tests.moments import NOON, TODAY


@pytest.fixture
def receipt(guarantor, pay):
    ServiceLineFactory(guarantor=guarantor)
    return pay(guarantor)


@pytest.mark.parametrize("model", [Receipt, Transaction, Posting])
def test_a_row_can_be_neither_changed_nor_deleted(receipt, model):
    rows = model.objects.all()
    before = list(rows.values())
    assert before

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        rows.update(amount_cents=1)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        rows._raw_delete("default")

    assert list(rows.values()) == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE receipts_receipt SET guarantor_name = 'X'",
        "DELETE FROM receipts_posting",
        "UPDATE receipts_transaction SET number = 'ch_other'",
        "UPDATE batches_referencebatch SET closed_total_cents = 1 WHERE status = 'closed'",
        "UPDATE batches_referencebatch SET status = 'open', closed_at = NULL, closed_by_id = NULL,"
        " closed_total_cents = NULL, closed_receipt_count = NULL WHERE status = 'closed'",
        "DELETE FROM batches_referencebatch",
    ],
)
def test_sql_changes_nothing_either(receipt, staff_user, sql):
    close_batch(batch_id=receipt.batch_id, now=timezone.now(), by=staff_user)

    with pytest.raises(DatabaseError, match=r"append_only|keep"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert ReferenceBatch.objects.get().closed_total_cents == 5000


def new_receipt(receipt, **changes):
    return Receipt(
        **{
            "guarantor": receipt.guarantor,
            "batch": receipt.batch,
            "status": "paid",
            "channel": "online",
            "amount_cents": 100,
            "received_on": TODAY,
            "received_at": NOON,
            **changes,
        }
    )


def test_no_receipt_joins_a_closed_batch(receipt, staff_user):
    close_batch(batch_id=receipt.batch_id, now=timezone.now(), by=staff_user)

    with pytest.raises(IntegrityError, match="joins only an open one"), transaction.atomic():
        new_receipt(receipt).save()


def test_no_receipt_joins_the_batch_of_another_date(receipt):
    with pytest.raises(IntegrityError, match="is of 2026-03-02"), transaction.atomic():
        new_receipt(receipt, received_on="2026-03-03").save()


@pytest.mark.django_db(transaction=True)
def test_a_receipt_whose_transactions_do_not_add_up_is_refused_at_commit(receipt):
    with pytest.raises(IntegrityError, match="has transactions of 0"), transaction.atomic():
        new_receipt(receipt).save()

    assert Receipt.objects.get() == receipt


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("cents", "is_closed"), [(5, False), (0, True)])
def test_a_transaction_comes_with_its_receipt_or_not_at_all(receipt, cents, is_closed):
    if is_closed:
        close_batch(batch_id=receipt.batch_id, now=timezone.now(), by=clerk())

    with pytest.raises(IntegrityError, match=r"a transaction makes it|only an open one"):
        receipt.transactions.create(number="ch_later", method="card", amount_cents=cents, requested_cents=5)

    assert receipt.transactions.count() == 1


def test_the_date_of_a_batch_stays(receipt):
    with pytest.raises(DatabaseError, match="date_stays"), transaction.atomic():
        ReferenceBatch.objects.filter(pk=receipt.batch_id).update(batch_date="2020-01-01")


@pytest.mark.parametrize(("status", "amount"), [("paid", 0), ("paid", -1), ("unsuccessful", 1)])
def test_the_amount_fits_the_status(receipt, status, amount):
    with pytest.raises(IntegrityError, match="receipt_amount_fits_status"), transaction.atomic():
        new_receipt(receipt, status=status, amount_cents=amount).save()


def test_a_new_name_changes_no_old_receipt(receipt):
    posting = receipt.postings.get()
    provider = posting.line.encounter.provider
    provider.name = "Priya Raman-Lee, MD"
    provider.save()
    receipt.guarantor.name = "Maria Alvarez-Stone"
    receipt.guarantor.save()

    posting.refresh_from_db()
    receipt.refresh_from_db()
    assert (posting.provider_name, receipt.guarantor_name) == ("Priya Raman, MD", "Maria Alvarez")
