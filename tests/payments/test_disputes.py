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
from payments.models import Dispute
from payments.recording.disputes import record_dispute
from payments.refunds import request_refund, why_not_refund_online
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.void import why_not_void
from receipts.models import Receipt
from tests.books import assert_books_balance
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


def test_a_lost_dispute_takes_its_money_back_once(disputed, stripe_sandbox, client_of):
    deliver(stripe_sandbox, "charge.dispute")
    assert not disputed.refunds.exists()
    dispute = disputed.disputes.get()
    told = DisputeFacts(
        stripe_id=dispute.pk,
        charge_id=disputed.transactions.get().number,
        intent_id="",
        amount_cents=5000,
        status="lost",
        opened_at=dispute.opened_at,
        due_by=None,
        reason="fraudulent",
    )

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
