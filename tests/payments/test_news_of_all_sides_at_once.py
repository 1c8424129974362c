"""The browser's return, a refund's event and the sweep, each a thread of its own, at the worst moment."""

import threading
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone

from payments import truth
from payments.events import work_off_event
from payments.gateway.client import client
from payments.models import ProcessorEvent
from payments.tasks import work_off_events
from payments.truth import bring_up_to_date
from receipts.balances import get_receipt_balance
from receipts.models import Receipt
from tests.concurrency import run_together
from tests.payments.stripe_side import post_event, start

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def payment(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    return payment


def give_back(payment, cents):
    """A refund made in Stripe's dashboard."""
    charge = client().v1.payment_intents.retrieve(payment.intent_id).latest_charge
    client().v1.refunds.create({"charge": charge, "amount": cents})


def refund_events(sandbox):
    events = [event for event in sandbox.events if event["type"].startswith("refund")]
    for event in events:
        post_event(sandbox, event)
    return [event["id"] for event in events]


def test_a_refund_between_the_returns_reading_and_its_recording_is_not_lost(payment, stripe_sandbox):
    read, worked_off = threading.Event(), threading.Event()
    record, returning = truth.record_outcome, threading.local()

    def record_late(**facts):
        """The return has read the intent before there was a refund; it records after the refund's event was seen."""
        if getattr(returning, "is_here", False):
            read.set()
            assert worked_off.wait(30)
        return record(**facts)

    def come_back():
        returning.is_here = True
        bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    def work_off():
        assert read.wait(30)
        give_back(payment, 2000)
        for event_id in refund_events(stripe_sandbox):
            work_off_event(event_id=event_id, now=timezone.now())
        worked_off.set()

    def sweep_meanwhile():
        assert read.wait(30)
        work_off_events()

    with mock.patch.object(truth, "record_outcome", record_late):
        run_together([come_back, work_off, sweep_meanwhile])

    assert Receipt.objects.filter(kind="payment").count() == 1
    assert Receipt.objects.get(kind="refund").amount_cents == -2000
    assert not ProcessorEvent.objects.filter(state="received").exists()


def test_a_refund_while_the_returns_transaction_is_open_is_not_lost(payment, stripe_sandbox):
    recorded, asked = threading.Event(), threading.Event()
    record, returning = truth.record_outcome, threading.local()

    def record_slowly(**facts):
        """The return's receipt is written, not committed, while the refund's event looks for it."""
        if not getattr(returning, "is_here", False):
            asked.set()
            return record(**facts)
        with transaction.atomic():
            number = record(**facts)
            recorded.set()
            assert asked.wait(30)
        return number

    def come_back():
        returning.is_here = True
        bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    def work_off():
        assert recorded.wait(30)
        give_back(payment, 2000)
        for event_id in refund_events(stripe_sandbox):
            work_off_event(event_id=event_id, now=timezone.now())

    def sweep_meanwhile():
        assert recorded.wait(30)
        work_off_events()

    with mock.patch.object(truth, "record_outcome", record_slowly):
        run_together([come_back, work_off, sweep_meanwhile])

    assert sorted(Receipt.objects.values_list("kind", "amount_cents")) == [("payment", 5000), ("refund", -2000)]
    assert not ProcessorEvent.objects.filter(state="received").exists()


@pytest.mark.parametrize("attempt", range(5))
def test_all_sides_at_once_record_each_thing_once(payment, stripe_sandbox, attempt):
    give_back(payment, 1500)
    give_back(payment, 500)
    ids = refund_events(stripe_sandbox)
    stripe_sandbox.set_latency(0.01 * attempt)

    run_together(
        [
            *[lambda: bring_up_to_date(payment_id=payment.pk, now=timezone.now())] * 3,
            *[lambda event_id=event_id: work_off_event(event_id=event_id, now=timezone.now()) for event_id in ids],
            *[work_off_events] * 3,
        ]
    )

    payment.refresh_from_db()
    assert payment.state == "paid"
    assert sorted(Receipt.objects.values_list("kind", "amount_cents")) == [
        ("payment", 5000),
        ("refund", -1500),
        ("refund", -500),
    ]
    assert get_receipt_balance(payment.receipt).left_cents == 3000
