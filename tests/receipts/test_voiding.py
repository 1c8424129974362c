"""Void: the same business day, in an open batch, with a reason. The receipt stays, marked."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from batches.holding import BatchClosed
from batches.working import NoAttachedBatch, detach_batch
from pops.core.accounts.models import ServiceLine
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Posting, Receipt, ReceiptVoid
from receipts.owed import get_balances
from tests.books import assert_books_balance
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import batch_of, clerk, close, take, tender, today


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def receipt(dana, guarantor):
    """$50.00 in cash, applied to a charge of $30.00; $20.00 are escrow."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=3000)
    batch_of(dana)
    return take(dana, guarantor=guarantor)


def void(receipt, by, *, on=None, reason="Wrong guarantor"):
    return void_receipt(receipt_number=receipt.pk, reason=reason, today=on or today(), by=by)


def test_a_voided_receipt_stays_and_gives_the_balance_back(receipt, dana, guarantor):
    assert get_balances(guarantor).current_cents == 0

    void(receipt, dana)

    assert Receipt.objects.get().void.reason == "Wrong guarantor"
    assert get_balances(guarantor).current_cents == 3000
    assert [posting.amount_cents for posting in Posting.objects.order_by("pk")] == [3000, -3000]
    balance = get_receipt_balance(Receipt.objects.get())
    assert (balance.left_cents, balance.escrow_cents) == (0, 0)


def test_only_today_and_once_and_with_a_reason(receipt, dana):
    other = dana.attachment.batch
    other.pk = None
    other.batch_date = today() + dt.timedelta(days=1)
    other.save()
    dana.attachment.batch = other
    dana.attachment.save()
    with pytest.raises(Refused, match="Only a receipt of today"):
        void(receipt, dana, on=other.batch_date)
    dana.attachment.batch = receipt.batch
    dana.attachment.save()
    with pytest.raises(Refused, match="Say why"):
        void(receipt, dana, reason=" ")
    void(receipt, dana)
    with pytest.raises(Refused, match="voided already"):
        void(receipt, dana)
    assert ReceiptVoid.objects.count() == 1


def test_it_needs_a_batch_to_work_in_and_its_own_to_be_open(receipt, dana):
    ruth = clerk("Ruth")
    with pytest.raises(NoAttachedBatch):
        void(receipt, ruth)
    batch_of(ruth, "Mail")
    close(receipt.batch, dana, cash=5000)
    with pytest.raises(BatchClosed):
        void(receipt, ruth)
    detach_batch(by=ruth)


def test_what_was_refunded_or_disbursed_is_not_voided(receipt, dana, guarantor):
    refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 100}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    with pytest.raises(Refused, match="Some of this receipt was refunded"):
        void(receipt, dana)
    second = take(dana, guarantor=guarantor)
    disburse_escrow(receipt_number=second.pk, cents=100, reason="Not ours", today=today(), by=dana)
    with pytest.raises(Refused, match="Some of this receipt was disbursed"):
        void(second, dana)


def test_a_voided_refund_puts_the_money_back_where_it_was(receipt, dana, guarantor):
    number = refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 4000}, reason="Too much", now=timezone.now(), today=today(), by=dana
    )
    assert get_balances(guarantor).current_cents == 2000

    void(Receipt.objects.get(pk=number), dana, reason="Typed wrongly")

    assert get_balances(guarantor).current_cents == 0
    assert get_receipt_balance(receipt).left_cents == 5000
    refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 1}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    with pytest.raises(Refused, match="If not, refund what is left"):
        void(receipt, dana)


def test_a_voided_refund_takes_nothing_more_from_a_line_that_insurance_paid_meanwhile(receipt, dana, guarantor):
    number = refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 4000}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    ServiceLine.objects.update(insurance_paid_cents=F("billed_cents"))  # the 1,000 that were left there are too much

    void(Receipt.objects.get(pk=number), dana)

    assert get_receipt_balance(receipt).posted_cents == 1000
    assert get_receipt_balance(receipt).escrow_cents == 4000
    assert_books_balance()


def test_a_payment_is_voided_after_a_voided_refund_whose_line_was_paid_meanwhile(dana, guarantor):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=500)
    batch_of(dana)
    receipt = take(dana, tender(500), guarantor=guarantor)
    number = refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 500}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    take(dana, tender(500), guarantor=guarantor, parts={line.pk: 500})
    void(Receipt.objects.get(pk=number), dana)  # nothing can go back to the line: it waits in escrow
    assert get_receipt_balance(receipt).escrow_cents == 500

    void(Receipt.objects.get(pk=receipt.pk), dana)

    assert get_balances(guarantor).current_cents == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_money_paid_online_is_voided_by_the_processor_only(pay, dana, guarantor):
    batch_of(dana)
    paid = pay(guarantor)

    with pytest.raises(Refused, match="paid online"):
        void_receipt(receipt_number=paid.pk, reason="Keyed twice", today=paid.received_on, by=_attached(dana, paid))


def _attached(user, receipt):
    """Work in a batch of the receipt's date, as on that day."""
    batch = user.attachment.batch
    batch.pk = None
    batch.batch_date = receipt.received_on
    batch.save()
    user.attachment.batch = batch
    user.attachment.save()
    return user


def test_the_database_voids_nothing_in_a_closed_batch(receipt, dana):
    close(receipt.batch, dana, cash=5000)

    with pytest.raises(IntegrityError, match="only an open one"), transaction.atomic():
        ReceiptVoid.objects.create(receipt=receipt, reason="Keyed twice", voided_by=dana)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_void_that_leaves_postings(receipt, dana):
    with pytest.raises(IntegrityError, match="3000 applied"), transaction.atomic():
        ReceiptVoid.objects.create(receipt=receipt, reason="Keyed twice", voided_by=dana)
    with pytest.raises(DatabaseError, match="append_only"):
        connection.cursor().execute("UPDATE receipts_receipt SET batch_id = batch_id + 1")


def test_split_tender_counts_once(dana, guarantor):
    batch_of(dana)
    receipt = take(dana, tender(1000), tender(2500, "check", check_number="77"), guarantor=guarantor)

    numbers = list(receipt.transactions.order_by("pk").values_list("number", "check_number"))

    assert numbers == [(f"{receipt.pk}-1", ""), (f"{receipt.pk}-2", "77")]
    assert receipt.amount_cents == 3500
