"""A dispute flags the receipt and blocks its refund until it is won."""

import uuid
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from batches.selectors import get_online_sum
from payments.events import work_off_event
from payments.gateway.client import client
from payments.gateway.disputes import DisputeFacts
from payments.gateway.refunds import RefundFacts
from payments.models import Dispute, Refund
from payments.recording.disputes import record_dispute
from payments.recording.refunds import record_refund
from payments.refunds import find_left_by_charge, request_refund, why_not_refund_online, why_not_void_online
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.credit import find_free_credit
from receipts.corrections.void import why_not_void
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.books import assert_books_balance
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import batch_of, clerk, today
from tests.factories.staff import MANAGER, member
from tests.payments.stripe_side import DISPUTED, post_event, start


@pytest.fixture
def disputed(stripe_sandbox, practice):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, card_number=DISPUTED)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    stripe_sandbox.settle(payment.intent_id)
    return receipt


def deliver(sandbox, kind):
    for event in sandbox.events:
        if event["type"].startswith(kind):
            post_event(sandbox, event)
            work_off_event(event_id=event["id"], now=timezone.now())


def test_a_dispute_is_kept_once_and_blocks_the_refund(disputed, stripe_sandbox):
    dana = clerk()
    batch_of(dana)

    deliver(stripe_sandbox, "charge.dispute")

    dispute = disputed.disputes.get()
    assert (dispute.amount_cents, dispute.status, dispute.is_over) == (5000, "needs_response", False)
    assert client().v1.disputes.retrieve(dispute.pk).charge == disputed.transactions.get().number
    with pytest.raises(Refused, match="disputes this payment"):
        request_refund(
            refund_id=uuid.uuid4(),
            receipt_number=disputed.pk,
            cents=100,
            reason="Overpaid",
            now=timezone.now(),
            today=today(),
            by=dana,
        )
    Dispute.objects.update(status="won")
    stripe_refused = request_refund(
        refund_id=uuid.uuid4(),
        receipt_number=disputed.pk,
        cents=100,
        reason="Overpaid",
        now=timezone.now(),
        today=today(),
        by=dana,
    )
    assert stripe_refused.state == "failed"  # Stripe itself still sees the dispute


def test_no_button_offers_what_a_dispute_forbids(disputed, stripe_sandbox, client_of):
    ruth = member(MANAGER)
    batch_of(ruth)
    page = reverse("admin:receipts_receipt_change", args=[disputed.pk])
    refund, void = (reverse(f"backoffice:{name}", args=[disputed.pk]) for name in ("refund", "void"))
    deliver(stripe_sandbox, "charge.dispute")

    shown = client_of(ruth).get(page).content.decode()
    assert refund not in shown
    assert void not in shown
    assert "the bank decides" in client_of(ruth).get(refund).content.decode()

    Dispute.objects.update(status="won")
    shown = client_of(ruth).get(page).content.decode()
    assert refund in shown


def lost(receipt, name, cents):
    """News of a lost dispute of the one charge of a receipt."""
    return DisputeFacts(
        stripe_id=name,
        charge_id=receipt.transactions.get().number,
        intent_id="",
        amount_cents=cents,
        status="lost",
        opened_at=timezone.now(),
        due_by=None,
        reason="fraudulent",
    )


def test_a_lost_dispute_takes_its_money_back_once(disputed, stripe_sandbox, client_of):
    deliver(stripe_sandbox, "charge.dispute")
    assert not disputed.refunds.exists()
    dispute = disputed.disputes.get()
    told = lost(disputed, dispute.pk, 5000)

    for status in ("lost", "lost", "under_review"):  # the last one was asked first, and came here last
        record_dispute(receipt_number=disputed.pk, facts=replace(told, status=status), now=timezone.now())

    assert Dispute.objects.get().status == "lost"
    made = Receipt.objects.get(kind="returned")
    dispute.refresh_from_db()
    assert dispute.returned_receipt == made
    assert (made.amount_cents, made.refund_of, made.batch.is_api, made.issued_by) == (-5000, disputed, True, None)
    assert made.money_return.reason == "disputed"
    assert get_receipt_balance(disputed).left_cents == 0
    assert why_not_void(made, today=today()).code == "returned_online"
    assert why_not_refund_online(disputed).code == "returned"
    assert get_online_sum(disputed.received_on) == 5000, "beside what Stripe says it took"
    told = client_of(member(MANAGER)).get(reverse("admin:receipts_receipt_change", args=[disputed.pk])).content.decode()
    assert "Returned by the bank." in told
    assert "until the bank has decided" not in told
    assert_books_balance()


def test_of_a_partly_lost_one_the_rest_is_the_guarantors_to_use_and_a_second_takes_more(pay, guarantor, client_of):
    """Two disputes of parts of one charge: each is returned, together no more than was charged."""
    receipt = pay(guarantor)  # $50.00, all of it credit

    record_dispute(receipt_number=receipt.pk, facts=lost(receipt, "dp_1", 2000), now=timezone.now())

    assert [cents for _, cents in find_free_credit(guarantor)] == [3000]
    assert find_left_by_charge(receipt) == {receipt.transactions.get().number: 3000}
    assert why_not_refund_online(receipt) is None
    assert why_not_void_online(receipt, today=receipt.received_on).words == (
        "Some of this receipt was returned by the bank. Refund what is left of it instead."
    )
    assert_books_balance()
    for name, cents in (("dp_2", 1000), ("dp_3", 4000), ("dp_4", 5000)):
        record_dispute(receipt_number=receipt.pk, facts=lost(receipt, name, cents), now=timezone.now())
    returned = Receipt.objects.filter(kind="returned").order_by("pk")
    assert list(returned.values_list("amount_cents", flat=True)) == [-2000, -1000, -2000]
    assert not Dispute.objects.get(pk="dp_4").is_settled, "nothing is left: the inbox has it"
    told = client_of(member(MANAGER)).get(reverse("backoffice:inbox")).content.decode()
    without = told.count("No receipt could be issued for it, so no batch shows it.")
    assert told.count("is lost: the bank gave the money to the cardholder.") == 4 * without > 0
    assert why_not_refund_online(receipt).code == "disputed"
    assert_books_balance()


def test_what_was_refunded_before_a_lost_dispute_is_owed(pay, guarantor):
    """The bank took all of the charge, all of which the guarantor has in hand."""
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=5000)
    receipt = pay(guarantor)
    charge = receipt.transactions.get().number
    facts = RefundFacts(
        stripe_id="re_1", refund_id=None, returns=None, charge_id=charge, intent_id="pi_1", amount_cents=5000,
        state=Refund.State.SUCCEEDED, occurred_at=timezone.now(), failure="",
    )  # fmt: skip
    record_refund(payment=receipt, facts=facts, now=timezone.now())
    assert get_balances(guarantor).current_cents == 5000

    record_dispute(receipt_number=receipt.pk, facts=lost(receipt, "dp_1", 5000), now=timezone.now())

    assert Receipt.objects.get(kind="returned").postings.get().line == line
    assert get_balances(guarantor).current_cents == 10_000
    assert_books_balance()
