"""What an event leads to: late, out of order, replayed, about something else."""

import datetime as dt
import functools

import pytest
from django.utils import timezone

from batches.closing import close_batch
from payments.events import work_off_event
from payments.models import ProcessorEvent
from receipts.models import Receipt
from tests.moments import NOON, TODAY
from tests.payments.stripe_side import events_about, post_event, start

DECLINED = "4000000000000002"
PROCESSING = "4000000077770008"

pytestmark = pytest.mark.usefixtures("practice")


def deliver(sandbox, event):
    """Post an event and work it off at once, as the worker does."""
    assert post_event(sandbox, event).status_code == 200
    work_off_event(event_id=event["id"], now=timezone.now())
    return ProcessorEvent.objects.get(pk=event["id"])


def test_a_paid_event_makes_the_receipt(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)

    event = deliver(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    assert event.state == "done"
    receipt = Receipt.objects.get()
    transaction = receipt.transactions.get()
    assert (receipt.status, receipt.amount_cents) == ("paid", 5000)
    assert (transaction.card_brand, transaction.card_last4, transaction.method) == ("visa", "4242", "card")
    assert transaction.number.startswith("ch_")


@pytest.mark.parametrize("wallet", ["apple_pay", "google_pay"])
def test_a_wallet_is_named_on_the_receipt(stripe_sandbox, wallet):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, wallet=wallet)

    deliver(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    assert Receipt.objects.get().transactions.get().method == wallet


def test_events_in_the_wrong_order_end_in_the_same_state(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, card_number=PROCESSING)
    stripe_sandbox.settle(payment.intent_id)
    events = events_about(stripe_sandbox, payment)
    assert [event["type"].split(".")[1] for event in events] == ["created", "processing", "succeeded"]

    for event in reversed(events):
        deliver(stripe_sandbox, event)

    payment.refresh_from_db()
    assert payment.state == "paid"
    assert Receipt.objects.get().amount_cents == 5000


def test_a_processing_payment_moves_forward_only(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, card_number=PROCESSING)
    created, processing = events_about(stripe_sandbox, payment)

    deliver(stripe_sandbox, processing)
    payment.refresh_from_db()
    assert payment.state == "processing"
    deliver(stripe_sandbox, created)
    payment.refresh_from_db()
    assert payment.state == "processing"
    assert not Receipt.objects.exists()


def test_an_event_days_late_counts_for_the_day_of_the_payment(stripe_sandbox, staff_user, pay):
    stripe_sandbox.now = functools.partial(float, NOON.timestamp())
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    batch = pay(at=NOON).batch
    close_batch(batch_id=batch.pk, now=timezone.now(), by=staff_user)
    pay(at=NOON + dt.timedelta(days=3))

    deliver(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    payment.refresh_from_db()
    assert payment.receipt.received_on == TODAY
    assert (payment.receipt.batch.batch_date, payment.receipt.batch.supplement) == (TODAY, 2)


def test_a_replayed_event_changes_nothing(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    event = events_about(stripe_sandbox, payment)[-1]

    for _ in range(3):
        deliver(stripe_sandbox, event)

    assert Receipt.objects.count() == 1


def test_a_declined_attempt_can_not_be_paid_afterwards(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id, card_number=DECLINED)

    deliver(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.amount_cents) == ("unsuccessful", 0)
    assert receipt.transactions.get().reason == "Your bank declined the card. Your bank can tell you why."
    assert stripe_sandbox.payment_intent(payment.intent_id)["status"] == "canceled"


def test_an_unknown_type_is_kept_and_noted(stripe_sandbox):
    payment = start()
    event = {**events_about(stripe_sandbox, payment)[0], "id": "evt_new", "type": "terminal.reader.action_failed"}

    kept = deliver(stripe_sandbox, event)

    assert (kept.state, kept.note) == ("ignored", "POPS does nothing about terminal.reader.action_failed events.")


def test_another_accounts_object_is_kept_and_changes_nothing(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    event = {**events_about(stripe_sandbox, payment)[-1], "account": "acct_other"}

    kept = deliver(stripe_sandbox, event)

    assert (kept.state, kept.note) == ("ignored", "The event is about another account, acct_other.")
    assert not Receipt.objects.exists()


def test_an_object_that_no_attempt_here_made_is_kept_and_changes_nothing(stripe_sandbox):
    payment = start()
    event = events_about(stripe_sandbox, payment)[0]
    event["data"]["object"]["id"] = "pi_of_another_shop"

    kept = deliver(stripe_sandbox, event)

    assert (kept.state, kept.note) == ("ignored", "No payment here belongs to pi_of_another_shop.")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount_cents": 4999}, "Stripe received $50.00; the guarantor agreed to $49.99."),
        ({"currency": "cad"}, "Stripe received $50.00; the guarantor agreed to 5000 of the smallest units of CAD."),
    ],
)
def test_money_that_differs_from_the_attempt_is_kept_for_review(stripe_sandbox, client_of, change, reason):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    type(payment).objects.filter(pk=payment.pk).update(**change)

    deliver(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    payment.refresh_from_db()
    assert payment.state == "review"
    assert reason in payment.review_reason
    assert not Receipt.objects.exists()
    page = client_of(payment.guarantor).get(f"/pay/{payment.pk}/").content.decode()
    assert "checking" in page


@pytest.mark.parametrize("kind", ["refund.updated", "charge.dispute.created", "charge.refunded"])
def test_an_object_that_stripe_does_not_know_is_noted_and_left_alone(stripe_sandbox, kind):
    event = {
        "id": "evt_unknown",
        "type": kind,
        "created": int(NOON.timestamp()),
        "data": {"object": {"id": "re_nobody_has_this"}},
    }

    kept = deliver(stripe_sandbox, event)

    assert (kept.state, kept.note) == ("ignored", "Stripe doesn't know re_nobody_has_this.")
