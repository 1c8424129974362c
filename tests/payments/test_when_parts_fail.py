"""Broker down, webhook lost, Stripe out of reach, rollback: nothing is lost and nothing is guessed."""

import datetime as dt
import json
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone

from payments import events
from payments.attempts import ensure_intent
from payments.books.waits import find_waits
from payments.gateway.client import client
from payments.gateway.events import read_event
from payments.gateway.intents import get_intent
from payments.models import Payment, ProcessorEvent, Refund
from payments.tasks import sweep, work_off_events
from payments.truth import bring_up_to_date
from receipts.models import Receipt
from tests.broker import use_broker
from tests.concurrency import run_together, wait_until
from tests.payments.stripe_side import events_about, post_event, start

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def broker_down(settings):
    """Nothing listens there: every publish is refused by the operating system."""
    use_broker("redis://127.0.0.1:9/0")
    yield
    use_broker(settings.CELERY_BROKER_URL)


def age(payment, **ago):
    Payment.objects.filter(pk=payment.pk).update(started_at=timezone.now() - dt.timedelta(**ago))


def test_with_the_broker_down_the_event_is_kept_and_worked_off_later(stripe_sandbox, broker_down):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)

    answer = post_event(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    assert answer.status_code == 200
    assert ProcessorEvent.objects.get().state == "received"
    work_off_events()
    assert ProcessorEvent.objects.get().state == "done"
    assert Receipt.objects.get().payment == payment


def test_a_rolled_back_event_leaves_no_task(stripe_sandbox):
    event = events_about(stripe_sandbox, start())[0]

    with mock.patch("payments.events.nudger.nudge") as nudge:
        with transaction.atomic():
            assert post_event(stripe_sandbox, event).status_code == 200
            transaction.set_rollback(True)
        nudge.assert_not_called()
        post_event(stripe_sandbox, event)

    nudge.assert_called_once_with()


def test_a_failure_while_recording_leaves_nothing_behind(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)

    with (
        mock.patch("payments.recording.payments.wake_workers", side_effect=OSError("disk full")),
        pytest.raises(OSError, match="disk full"),
    ):
        bring_up_to_date(payment_id=payment.pk, now=timezone.now())

    payment.refresh_from_db()
    assert (payment.state, Receipt.objects.count()) == ("started", 0)
    assert bring_up_to_date(payment_id=payment.pk, now=timezone.now()).state == "paid"


def test_the_worker_works_off_what_the_webhook_stored(stripe_sandbox, worker):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)

    post_event(stripe_sandbox, events_about(stripe_sandbox, payment)[-1])

    wait_until(lambda: ProcessorEvent.objects.get().state == "done")
    assert Receipt.objects.get().payment == payment


def test_a_lost_webhook_is_found_by_the_sweep(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    sweep()
    assert not Receipt.objects.exists()  # too fresh: browser and webhook come first

    age(payment, minutes=3)
    sweep()

    assert Receipt.objects.get().payment == payment


def test_an_attempt_that_nobody_pays_is_given_up_and_can_not_be_paid_any_more(stripe_sandbox):
    payment = start()
    age(payment, minutes=61)

    sweep()

    payment.refresh_from_db()
    assert payment.state == "abandoned"
    assert stripe_sandbox.payment_intent(payment.intent_id)["status"] == "canceled"
    assert not Receipt.objects.exists()


def test_an_attempt_paid_in_the_moment_of_giving_up_is_paid(stripe_sandbox):
    payment = start()
    unpaid = get_intent(payment.intent_id, now=timezone.now())
    stripe_sandbox.confirm(payment.intent_id)

    with mock.patch("payments.attempts.ensure_intent", return_value=unpaid):
        bring_up_to_date(payment_id=payment.pk, now=timezone.now(), give_up=True)

    payment.refresh_from_db()
    assert payment.state == "paid"


def test_an_attempt_whose_intent_was_never_saved_gets_the_same_one_again(stripe_sandbox):
    payment = start()
    intent_id = payment.intent_id
    Payment.objects.update(intent_id=None)
    age(payment, minutes=61)

    sweep()

    payment.refresh_from_db()
    assert (payment.intent_id, payment.state) == (intent_id, "abandoned")


def test_an_attempt_that_stripe_never_took_on_is_given_up(stripe_sandbox, guarantor):
    payment = Payment.objects.create(guarantor=guarantor, amount_cents=30)  # below Stripe's least
    age(payment, minutes=61)

    sweep()

    payment.refresh_from_db()
    assert payment.state == "abandoned"


def test_one_payment_that_fails_does_not_keep_the_sweep_from_the_others(stripe_sandbox):
    broken, good = start(), start()
    Payment.objects.filter(pk=broken.pk).update(intent_id="pi_missing")
    stripe_sandbox.confirm(good.intent_id)
    age(broken, minutes=4)
    age(good, minutes=3)

    sweep()

    assert Receipt.objects.get().payment == good


def test_stripe_out_of_reach_says_processing_and_never_failed(stripe_sandbox, client_of):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    stripe_sandbox.fail_next(500, times=10)

    answer = client_of(payment.guarantor).get(f"/pay/{payment.pk}/return/")

    assert answer.status_code == 200
    assert "Your payment is in progress" in answer.content.decode()
    payment.refresh_from_db()
    assert payment.state == "started"


def test_stripe_out_of_reach_before_paying_says_that_nothing_was_charged(stripe_sandbox, client_of, guarantor):
    stripe_sandbox.stop()
    payment = Payment.objects.create(guarantor=guarantor, amount_cents=5000)

    answer = client_of(guarantor).get(f"/pay/{payment.pk}/")

    assert answer.status_code == 503
    assert "Your card was not charged." in answer.content.decode()


def test_an_answer_of_stripe_that_got_lost_makes_no_second_intent(stripe_sandbox):
    payment = start()
    Payment.objects.update(intent_id=None)
    payment.refresh_from_db()
    stripe_sandbox.fail_next(0, executed=True)

    ensure_intent(payment=payment, now=timezone.now())

    assert [intent.id for intent in client().v1.payment_intents.list().data] == [payment.intent_id]


def test_an_event_that_came_while_stripe_was_out_of_reach_is_worked_off_later(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    event = events_about(stripe_sandbox, payment)[-1]
    post_event(stripe_sandbox, event)
    stripe_sandbox.fail_next(0, times=3)  # as often as Stripe is asked
    work_off_events()
    assert ProcessorEvent.objects.get().state == "received"

    ProcessorEvent.objects.update(claimed_at=timezone.now() - dt.timedelta(minutes=2))  # the claim ran out
    work_off_events()

    assert ProcessorEvent.objects.get().state == "done"
    assert Receipt.objects.count() == 1


@pytest.fixture
def in_the_air(pay):
    """Two attempts, or two refunds, that Stripe was last asked about 35 minutes ago."""

    def in_the_air(name):
        now, facts = timezone.now(), {"charge_id": "ch_1", "amount_cents": 100, "reason": "Overpaid"}
        for _ in range(2):
            row = start() if name == "payments" else Refund.objects.create(receipt=pay(), **facts)
            since = {"payments": "started_at", "refunds": "requested_at"}[name]
            times = {since: now - dt.timedelta(minutes=40), "checked_at": now - dt.timedelta(minutes=35)}
            type(row).objects.filter(pk=row.pk).update(**times)

    return in_the_air


@pytest.mark.parametrize("name", ["payments", "refunds"])
def test_what_is_in_the_air_grows_older_while_stripe_is_out_of_reach(stripe_sandbox, in_the_air, name):
    def wait():
        (found,) = [wait for wait in find_waits(now=timezone.now()) if wait.name == name]
        return found

    in_the_air(name)
    stripe_sandbox.stop()
    sweep()
    sweep()
    assert (wait().waiting, wait().is_late) == (2, True)

    stripe_sandbox.start()
    sweep()
    assert not wait().is_late


def test_two_workers_do_not_take_on_the_same_event(stripe_sandbox):
    for event in [event for _ in range(6) for event in events_about(stripe_sandbox, start())]:
        events.store_event(event=read_event(json.dumps(event)))

    claimed = run_together([events.claim_event] * 8, width=8)

    assert sorted(filter(None, claimed)) == sorted(ProcessorEvent.objects.values_list("event_id", flat=True))
