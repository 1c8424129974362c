"""Refunds at the desk, escrow, and moving a receipt: what is allowed, and what the database itself refuses."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from batches.holding import BatchClosed
from batches.working import NoAttachedBatch, attach_batch
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.move import move_receipt
from receipts.corrections.refund import RefundTooMuch, refund_at_desk
from receipts.models import Disbursement, Posting, Receipt
from receipts.owed import get_balances
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, close, take, tender, today


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def receipt(dana, guarantor):
    """$40.00 in cash and $10.00 by check; $30.00 are applied to two charges, $20.00 are escrow."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=1000)
    ServiceLineFactory(guarantor=guarantor, billed_cents=2000)
    batch_of(dana)
    return take(dana, tender(4000), tender(1000, "check", check_number="9"), guarantor=guarantor)


def refund(receipt, by, **amounts):
    return refund_at_desk(
        receipt_number=receipt.pk, amounts=amounts, reason="Overpaid", now=timezone.now(), today=today(), by=by
    )


def test_a_refund_is_a_receipt_of_its_own_in_the_open_batch(receipt, dana, guarantor):
    close(receipt.batch, dana, cash=4000, check=1000)
    batch = batch_of(dana, "Afternoon")

    number = refund(receipt, dana, cash=1500)

    made = Receipt.objects.get(pk=number)
    assert (made.kind, made.amount_cents, made.refund_of, made.batch) == ("refund", -1500, receipt, batch)
    assert (made.reason, made.issued_by, made.transactions.get().method) == ("Overpaid", dana, "cash")
    assert get_receipt_balance(receipt).escrow_cents == 500
    assert get_balances(guarantor).current_cents == 0  # escrow goes first


def test_what_was_applied_last_is_taken_back_first(receipt, dana, guarantor):
    number = refund(receipt, dana, cash=3500)

    assert get_balances(guarantor).current_cents == 1500
    assert [row.amount_cents for row in Receipt.objects.get(pk=number).postings.all()] == [-1500]
    assert get_receipt_balance(receipt).left_cents == 1500


def test_never_above_what_is_left_of_the_receipt_or_of_a_tender(receipt, dana):
    for amounts in ({"cash": 4001}, {"check": 1001}, {"card": 1}, {"cash": 0}, {"cash": -5}):
        with pytest.raises(Refused):
            refund(receipt, dana, **amounts)
    refund(receipt, dana, cash=4000, check=1000)
    with pytest.raises(RefundTooMuch):
        refund(receipt, dana, cash=1)
    assert get_receipt_balance(receipt).left_cents == 0


def test_disbursed_money_is_not_refunded(receipt, dana):
    disburse_escrow(receipt_number=receipt.pk, cents=2000, reason="Meant for the lab", today=today(), by=dana)

    with pytest.raises(RefundTooMuch):
        refund(receipt, dana, cash=3001)
    with pytest.raises(Refused, match="no escrow"):
        disburse_escrow(receipt_number=receipt.pk, cents=1, reason="Meant for the lab", today=today(), by=dana)
    refund(receipt, dana, cash=3000)


def test_refunds_and_declines_are_not_refunded(receipt, dana, pay):
    number = refund(receipt, dana, cash=100)

    with pytest.raises(Refused, match="nothing to refund"):
        refund(Receipt.objects.get(pk=number), dana, cash=1)
    with pytest.raises(Refused, match="paid online"):
        refund(pay(), dana, card=1)


def test_without_a_batch_nothing_is_refunded_posted_or_disbursed(receipt):
    ruth = clerk("Ruth")
    with pytest.raises(NoAttachedBatch):
        refund(receipt, ruth, cash=1)
    with pytest.raises(NoAttachedBatch):
        post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=ruth)
    with pytest.raises(NoAttachedBatch):
        disburse_escrow(receipt_number=receipt.pk, cents=1, reason="Meant for the lab", today=today(), by=ruth)


def test_escrow_is_posted_later_to_the_oldest_or_to_chosen_lines(receipt, dana, guarantor):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=700)
    other = ServiceLineFactory(guarantor=guarantor, billed_cents=500)

    assert post_escrow(receipt_number=receipt.pk, parts={line.pk: 300}, today=today(), by=dana) == 300
    assert post_escrow(receipt_number=receipt.pk, parts=None, today=today(), by=dana) == 900

    assert get_balances(guarantor).current_cents == 0
    assert get_receipt_balance(receipt).escrow_cents == 800
    last = Posting.objects.filter(line=other).get()
    assert (last.amount_cents, last.patient_paid_cents, last.remaining_cents, last.posted_by) == (500, 500, 0, dana)


def test_a_line_takes_no_more_than_remains_and_only_its_guarantors_money(receipt, dana, guarantor):
    mine = ServiceLineFactory(guarantor=guarantor, billed_cents=500)
    foreign = ServiceLineFactory(guarantor=GuarantorFactory(), billed_cents=500)
    collected = ServiceLineFactory(guarantor=guarantor, billed_cents=500, encounter__in_collections=True)

    for parts in ({mine.pk: 501}, {foreign.pk: 100}, {collected.pk: 100}, {mine.pk: -1}, {10**9: 1}):
        with pytest.raises(Refused):
            post_escrow(receipt_number=receipt.pk, parts=parts, today=today(), by=dana)
    big = ServiceLineFactory(guarantor=guarantor, billed_cents=5000)
    with pytest.raises(Refused, match="more than the money"):
        post_escrow(receipt_number=receipt.pk, parts={big.pk: 2001}, today=today(), by=dana)


def test_a_payment_is_posted_to_the_chosen_lines(dana, guarantor):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=1000)
    batch_of(dana)

    receipt = take(dana, tender(1500), guarantor=guarantor, parts={line.pk: 400})

    assert (receipt.postings.get().amount_cents, get_receipt_balance(receipt).escrow_cents) == (400, 1100)
    other = take(dana, tender(500), guarantor=guarantor, parts={})
    assert get_receipt_balance(other).escrow_cents == 500


def test_a_receipt_moves_between_open_batches_of_its_date(receipt, dana):
    first, second = receipt.batch, batch_of(dana, "Mail")

    move_receipt(receipt_number=receipt.pk, to_batch_id=second.pk, reason="Came by mail", by=dana)

    receipt.refresh_from_db()
    assert receipt.batch == second
    assert {posting.batch for posting in receipt.postings.all()} == {second}
    assert receipt.moves.get().from_batch == first
    close(first, dana)
    with pytest.raises(BatchClosed):
        move_receipt(receipt_number=receipt.pk, to_batch_id=first.pk, reason="In the wrong batch", by=dana)


def test_online_payments_and_other_dates_do_not_mix(receipt, dana, pay):
    online = pay()
    for number, batch in ((receipt.pk, online.batch_id), (online.pk, receipt.batch_id), (receipt.pk, receipt.batch_id)):
        with pytest.raises(Refused):
            move_receipt(receipt_number=number, to_batch_id=batch, reason="In the wrong batch", by=dana)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_more_than_the_receipt_holds(receipt, dana):
    posting = receipt.postings.first()

    def refused(save):
        with pytest.raises(IntegrityError, match="applied"), transaction.atomic():
            save()

    posting.pk, posting.amount_cents = None, 2001
    refused(posting.save)
    refused(
        Disbursement(
            receipt=receipt, batch=receipt.batch, amount_cents=2001, reason="Meant for the lab", disbursed_by=dana
        ).save
    )
    posting.amount_cents = -3001
    refused(posting.save)
    Disbursement(
        receipt=receipt, batch=receipt.batch, amount_cents=2000, reason="Meant for the lab", disbursed_by=dana
    ).save()


@pytest.mark.django_db(transaction=True)
def test_the_database_posts_nothing_into_a_closed_batch_and_moves_nothing_without_a_reason(receipt, dana):
    other = batch_of(dana, "Mail")
    with pytest.raises(IntegrityError, match="append_only"):
        Receipt.objects.update(batch=other)
    attach_batch(batch_id=receipt.batch_id, today=today(), by=dana)
    close(receipt.batch, dana, cash=4000, check=1000)
    posting = receipt.postings.first()
    posting.pk = None
    with pytest.raises(IntegrityError, match="only an open one"):
        posting.save()
    with pytest.raises(IntegrityError, match="only an open one"):
        Disbursement(
            receipt=receipt, batch=receipt.batch, amount_cents=1, reason="Meant for the lab", disbursed_by=dana
        ).save()
    assert connection.in_atomic_block is False
