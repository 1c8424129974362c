"""Money that was given back or disputed at Stripe before its receipt was here is not forgotten."""

import functools

import pytest
from django.utils import timezone

from payments.events import work_off_event
from payments.gateway.client import client
from payments.models import Dispute, Payment, Refund
from payments.review import accept_payment, return_payment
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow
from receipts.models import Receipt
from tests.factories.desk import batch_of, clerk, today
from tests.payments.stripe_side import DISPUTED, post_event, start

pytestmark = pytest.mark.usefixtures("practice")


def give_back(payment, cents):
    """A refund made in Stripe's dashboard."""
    charge = client().v1.payment_intents.retrieve(payment.intent_id).latest_charge
    client().v1.refunds.create({"charge": charge, "amount": cents})


def deliver(sandbox, kind):
    """Post and work off what Stripe said about refunds or disputes alone."""
    for event in [event for event in sandbox.events if event["type"].startswith(kind)]:
        post_event(sandbox, event)
        work_off_event(event_id=event["id"], now=timezone.now())


@pytest.fixture
def payment(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    return payment


@pytest.fixture
def in_review(payment):
    """The guarantor agreed to $49.99; Stripe received $50.00."""
    Payment.objects.filter(pk=payment.pk).update(amount_cents=4999)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now())


@pytest.mark.parametrize("first", ["refund", "charge.refunded", "payment"])
def test_a_refund_that_is_worked_off_before_its_payment(payment, stripe_sandbox, first):
    give_back(payment, 2000)

    if first == "payment":
        bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    deliver(stripe_sandbox, first)
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    deliver(stripe_sandbox, "refund")

    assert Receipt.objects.get(kind="refund").amount_cents == -2000
    assert get_receipt_balance(Receipt.objects.get(kind="payment")).left_cents == 3000


def test_what_was_refunded_in_part_of_a_payment_in_review(in_review, stripe_sandbox):
    give_back(in_review, 2000)
    deliver(stripe_sandbox, "refund")

    number = accept_payment(payment_id=in_review.pk, reason="By phone", now=timezone.now(), by=clerk())

    assert get_receipt_balance(Receipt.objects.get(pk=number)).left_cents == 3000


def test_a_payment_in_review_that_was_refunded_wholly_is_not_accepted(in_review, stripe_sandbox):
    give_back(in_review, 5000)
    deliver(stripe_sandbox, "refund")

    with pytest.raises(Refused, match="no money"):
        accept_payment(payment_id=in_review.pk, reason="By phone", now=timezone.now(), by=clerk())

    assert not Receipt.objects.exists()


def test_a_payment_in_review_that_was_refunded_wholly_in_the_dashboard_leaves_review(in_review, stripe_sandbox):
    give_back(in_review, 5000)

    deliver(stripe_sandbox, "refund")

    in_review.refresh_from_db()
    assert in_review.state == "returned"


def test_returning_what_was_refunded_in_the_dashboard_before_is_returned(in_review):
    give_back(in_review, 5000)  # its event has not come

    return_payment(payment_id=in_review.pk, reason="Not what was agreed", now=timezone.now(), by=clerk())

    in_review.refresh_from_db()
    assert (in_review.state, in_review.review_note) == ("returned", "Not what was agreed")


def test_a_dispute_before_the_receipt(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, card_number=DISPUTED)
    stripe_sandbox.settle(payment.intent_id)

    deliver(stripe_sandbox, "charge.dispute")

    assert Dispute.objects.get().receipt == bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt


def test_escrow_that_is_on_its_way_back_is_not_disbursed(payment):
    dana = clerk()
    batch_of(dana)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    Refund.objects.create(receipt=receipt, charge_id="ch_x", amount_cents=4000, reason="Overpaid", requested_by=dana)
    disburse = functools.partial(
        disburse_escrow, receipt_number=receipt.pk, reason="Meant for the lab", today=today(), by=dana
    )

    with pytest.raises(Refused, match="more than the escrow"):
        disburse(cents=1001)

    assert disburse(cents=1000).amount_cents == 1000
