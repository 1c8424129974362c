"""Money that Stripe took, and what it tells of it, lies in review or stands on the front page: no rule hides it."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from batches.closing import close_batch
from batches.models import PeriodLock, ReferenceBatch
from payments.events import work_off_event
from payments.gateway.client import client
from payments.models import Payment, ProcessorEvent, Refund
from payments.recording import payments as recording_payments
from payments.review import accept_payment, record_reviewed_refund, return_payment
from payments.tasks import work_off_events
from payments.truth import bring_up_to_date
from receipts.models import Receipt
from tests.books import judge
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import today
from tests.payments.stripe_side import deliver_all, post_event, refund_at_stripe, start

FAILS = "4000000000005126"

pytestmark = pytest.mark.usefixtures("practice")


def decide(by, job=record_reviewed_refund, reason="The lab gave it back."):
    refund = Refund.objects.get(state="review")
    job(refund_id=refund.pk, reason=reason, now=timezone.now(), by=by)
    refund.refresh_from_db()
    return refund


@pytest.fixture
def paid(stripe_sandbox, guarantor):
    """$50.00 paid online; $30.00 of it are applied."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=3000)
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt


@pytest.mark.django_db(transaction=True)
def test_money_that_a_rule_of_the_database_refuses_is_in_review_until_it_is_accepted(
    dana, guarantor, stripe_sandbox, monkeypatch, client_of
):
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id)

    def settle(*facts):
        raise IntegrityError("receipt 1 of 5000 cents: 1 applied")

    with monkeypatch.context() as patch:
        patch.setattr(recording_payments, "_settle", settle)
        state = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).state
    assert state == "review"
    assert "Payment to decide" in client_of(dana).get("/admin/").content.decode()

    accept_payment(payment_id=payment.pk, reason="Looked at with Stripe.", now=timezone.now(), by=dana)

    payment.refresh_from_db()
    assert (payment.state, payment.receipt.amount_cents) == ("paid", 5000)


def test_a_message_that_fails_time_and_again_stands_on_the_front_page(
    paid, dana, stripe_sandbox, monkeypatch, client_of
):
    refund_at_stripe(paid)

    def fall_over(**facts):
        raise KeyError("a state that is new at Stripe")

    post_event(stripe_sandbox, stripe_sandbox.events[-1])
    with monkeypatch.context() as patch:
        patch.setattr("payments.events.bring_up_to_date", fall_over)
        for _ in range(3):
            ProcessorEvent.objects.update(claimed_at=None)
            work_off_events()

    event = ProcessorEvent.objects.get()
    assert (event.state, event.failures, event.note) == ("received", 3, "KeyError: 'a state that is new at Stripe'")
    page = client_of(dana).get("/admin/").content.decode()
    assert "failed 3 times: KeyError" in page
    assert "a state that is new at Stripe" in client_of(dana).get("/admin/desk/reviews/").content.decode()

    work_off_event(event_id=event.pk, now=timezone.now())

    event.refresh_from_db()
    assert (event.state, event.note) == ("done", "")
    assert "failed 3 times" not in client_of(dana).get("/admin/").content.decode()


def test_a_return_that_the_bank_did_not_take_is_decided_anew(dana, stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, card_number=FAILS)
    Payment.objects.filter(pk=payment.pk).update(amount_cents=4999)
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    return_payment(payment_id=payment.pk, reason="Not agreed", now=timezone.now(), by=dana)
    (made,) = client().v1.refunds.list({"payment_intent": payment.intent_id}).data

    stripe_sandbox.settle(made.id)
    deliver_all(stripe_sandbox)

    payment.refresh_from_db()
    assert (payment.state, payment.review_reason) == (
        "review",
        "The money was returned and came back. The card has expired or was canceled.",
    )
    return_payment(payment_id=payment.pk, reason="Once more", now=timezone.now(), by=dana)
    assert len(client().v1.refunds.list({"payment_intent": payment.intent_id}).data) == 2


def test_money_in_review_of_a_month_that_was_locked_is_accepted_on_the_first_open_day(dana, stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    Payment.objects.filter(pk=payment.pk).update(amount_cents=4999)
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    for batch in ReferenceBatch.objects.filter(is_api=True, status="open"):
        close_batch(batch_id=batch.pk, now=timezone.now(), by=dana)
    PeriodLock.objects.create(locked_through=today(), locked_by=dana)

    number = accept_payment(payment_id=payment.pk, reason="Agreed by phone", now=timezone.now(), by=dana)

    receipt = Receipt.objects.get(pk=number)
    assert (receipt.received_on - today()).days == 1
    assert "in a period that was closed" in receipt.reason
    judge()
