"""Refunds of online payments: asked for here or made in Stripe's dashboard, recorded once."""

import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from batches.closing import close_batch
from payments.events import work_off_event
from payments.gateway.client import Rejected, client
from payments.gateway.refunds import get_refund
from payments.models import ProcessorEvent, Refund
from payments.refunds import record_refund, request_refund, settle_refund
from payments.tasks import sweep
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow
from receipts.corrections.refund import RefundTooMuch
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import take, today
from tests.payments.stripe_side import post_event, start

PENDING = "4000000000007726"
FAILS = "4000000000005126"

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def paid(stripe_sandbox, guarantor):
    """Pay $50.00 online with a card; $30.00 of it are applied."""

    def paid(card="4242424242424242"):
        ServiceLineFactory(guarantor=guarantor, billed_cents=3000)
        payment = start(guarantor)
        stripe_sandbox.confirm(payment.intent_id, card_number=card)
        return bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt

    return paid


def refund(receipt, by, cents=None, **more):
    return request_refund(
        refund_id=more.pop("refund_id", uuid.uuid4()),
        receipt_number=receipt.pk,
        cents=cents,
        reason="Overpaid",
        now=timezone.now(),
        today=today(),
        by=by,
        **more,
    )


def deliver_all(sandbox, since=0):
    """Post what Stripe said and work it off, as the worker does."""
    for event in sandbox.events[since:]:
        post_event(sandbox, event)
        work_off_event(event_id=event["id"], now=timezone.now())


def test_a_refund_goes_to_the_card_and_makes_its_own_receipt(paid, dana, guarantor, stripe_sandbox):
    receipt = paid()

    done = refund(receipt, dana, 2500)

    made = done.refund_receipt
    assert (done.state, made.kind, made.amount_cents, made.refund_of) == ("succeeded", "refund", -2500, receipt)
    assert (made.batch.is_api, made.channel, made.issued_by, made.reason) == (True, "online", dana, "Overpaid")
    assert made.transactions.get().number == done.stripe_id
    assert get_balances(guarantor).current_cents == 500
    deliver_all(stripe_sandbox)
    assert Receipt.objects.filter(kind="refund").count() == 1


def test_a_double_click_refunds_once(paid, dana):
    receipt, key = paid(), uuid.uuid4()

    assert refund(receipt, dana, 1000, refund_id=key) == refund(receipt, dana, 1000, refund_id=key)

    assert get_receipt_balance(receipt).left_cents == 4000


@pytest.mark.parametrize("cents", [5001, 0, -1])
def test_never_above_what_is_left(paid, dana, cents):
    receipt = paid()
    with pytest.raises(RefundTooMuch):
        refund(receipt, dana, cents)
    refund(receipt, dana, 4000)
    with pytest.raises(RefundTooMuch):
        refund(receipt, dana, 1001)
    assert refund(receipt, dana).amount_cents == 1000
    with pytest.raises(RefundTooMuch):
        refund(receipt, dana)


def test_when_the_answer_is_lost_the_sweep_finds_the_same_refund(paid, dana, stripe_sandbox):
    receipt = paid()
    stripe_sandbox.fail_next(0, times=3, method="POST", path="/v1/refunds", executed=True)

    waiting = refund(receipt, dana, 1000)

    assert (waiting.state, waiting.refund_receipt) == ("requested", None)
    with pytest.raises(RefundTooMuch):  # what is in flight counts
        refund(receipt, dana, 4001)
    Refund.objects.update(requested_at="2026-01-01T00:00Z")
    sweep()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.refund_receipt.amount_cents) == ("succeeded", -1000)
    assert client().v1.refunds.list({"charge": waiting.charge_id}).data[0].amount == 1000
    assert len(client().v1.refunds.list({"charge": waiting.charge_id}).data) == 1


def test_one_that_another_call_asks_for_just_now_has_not_failed(paid, dana, stripe_sandbox, monkeypatch):
    def busy(**facts):
        raise Rejected("idempotency_key_in_use", "Stripe is doing this already.")

    monkeypatch.setattr("payments.refunds.create_refund", busy)
    assert refund(paid(), dana, 1000).state == "requested"


def test_a_refund_made_in_the_dashboard_arrives_once_in_the_batch_of_its_day(paid, stripe_sandbox, dana):
    receipt = paid()
    close_batch(batch_id=receipt.batch_id, now=timezone.now(), by=dana, knows_day_goes_on=True)
    charge = receipt.transactions.get().number
    client().v1.refunds.create({"charge": charge, "amount": 1200})

    deliver_all(stripe_sandbox)
    deliver_all(stripe_sandbox)

    made = Receipt.objects.get(kind="refund")
    assert (made.amount_cents, made.batch.supplement, made.issued_by) == (-1200, 2, None)
    assert made.reason == "Refunded in Stripe's dashboard."
    assert set(ProcessorEvent.objects.filter(type__contains="refund").values_list("state", flat=True)) == {"done"}


def test_a_pending_refund_has_its_receipt_and_ends_later(paid, dana, stripe_sandbox):
    receipt = paid(PENDING)

    waiting = refund(receipt, dana, 1000)
    assert (waiting.state, waiting.refund_receipt.amount_cents) == ("pending", -1000)

    assert stripe_sandbox.settle(waiting.stripe_id)
    deliver_all(stripe_sandbox)
    waiting.refresh_from_db()
    assert waiting.state == "succeeded"
    assert Receipt.objects.filter(kind="refund").count() == 1


def test_a_refund_that_fails_after_its_receipt_brings_the_money_back_on_another(paid, dana, stripe_sandbox, guarantor):
    receipt = paid(FAILS)
    done = refund(receipt, dana)
    assert get_balances(guarantor).current_cents == 3000

    assert stripe_sandbox.settle(done.stripe_id)
    deliver_all(stripe_sandbox)
    deliver_all(stripe_sandbox)
    settle_refund(refund_id=done.pk, now=timezone.now())

    done.refresh_from_db()
    back = Receipt.objects.get(kind="came_back")
    assert (done.state, done.note, done.came_back_receipt) == (
        "failed",
        "The card has expired or was canceled.",
        back,
    )
    assert (back.amount_cents, back.refund_of, back.batch.is_api) == (5000, done.refund_receipt, True)
    assert get_balances(guarantor).current_cents == 0
    assert Receipt.objects.count() == 3


def test_a_refusal_by_stripe_leaves_no_receipt(paid, dana, stripe_sandbox):
    receipt = paid()
    client().v1.refunds.create({"charge": receipt.transactions.get().number})  # its webhook is still to come

    failed = refund(receipt, dana, 1000)

    assert (failed.state, failed.refund_receipt) == ("failed", None)
    assert failed.note == "Stripe has refunded all of this payment before."


def test_a_void_of_today_returns_the_money_and_marks_the_receipt(paid, dana, guarantor, stripe_sandbox):
    receipt = paid()

    done = refund(receipt, dana, voids=True)

    assert (done.state, done.amount_cents, done.refund_receipt) == ("succeeded", 5000, None)
    assert (receipt.void.reason, receipt.void.voided_by) == ("Overpaid", dana)
    assert get_balances(guarantor).current_cents == 3000
    deliver_all(stripe_sandbox)
    assert Receipt.objects.count() == 1


def test_a_void_whose_batch_was_closed_on_the_way_becomes_a_refund(paid, dana, stripe_sandbox):
    receipt = paid()
    stripe_sandbox.fail_next(0, times=3, method="POST", path="/v1/refunds", executed=True)
    waiting = refund(receipt, dana, voids=True)
    close_batch(batch_id=receipt.batch_id, now=timezone.now(), by=dana, knows_day_goes_on=True)

    settle_refund(refund_id=waiting.pk, now=timezone.now())

    assert Receipt.objects.get(kind="refund").batch.supplement == 2
    assert not hasattr(Receipt.objects.get(pk=receipt.pk), "void")


def test_a_void_that_fails_later_brings_the_money_back(paid, dana, stripe_sandbox, guarantor):
    done = refund(paid(FAILS), dana, voids=True)

    stripe_sandbox.settle(done.stripe_id)
    deliver_all(stripe_sandbox)

    assert Receipt.objects.get(kind="came_back").amount_cents == 5000
    assert get_balances(guarantor).current_cents == 0


def test_a_refund_of_somebody_elses_charge_is_noted(stripe_sandbox, practice):
    event = {"id": "evt_x", "type": "refund.created", "created": 1, "data": {"object": {"id": "re_x"}}}
    facts_of_nobody = client().v1.payment_intents.create(
        {"amount": 700, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    made = client().v1.refunds.create({"payment_intent": facts_of_nobody.id})
    event["data"]["object"]["id"] = made.id
    post_event(stripe_sandbox, event)

    work_off_event(event_id="evt_x", now=timezone.now())

    kept = ProcessorEvent.objects.get(pk="evt_x")
    assert (kept.state, kept.note) == ("ignored", f"No payment here belongs to {made.id}.")


def test_money_that_was_disbursed_here_and_refunded_there_needs_review(paid, dana, stripe_sandbox):
    receipt = paid()
    disburse_escrow(receipt_number=receipt.pk, cents=2000, reason="The lab's", today=today(), by=dana)
    client().v1.refunds.create({"charge": receipt.transactions.get().number})

    deliver_all(stripe_sandbox)

    assert Refund.objects.get().state == "review"
    assert not Receipt.objects.filter(kind="refund").exists()


def test_money_of_the_desk_is_not_the_processors(dana, stripe_sandbox):
    with pytest.raises(Refused, match="paid online"):
        refund(take(dana), dana)


def test_late_news_of_a_refund_moves_nothing_backwards(paid, dana, stripe_sandbox):
    done = refund(paid(), dana, 500)
    facts = replace(get_refund(done.stripe_id), state=Refund.State.PENDING)
    record_refund(payment=done.receipt, facts=facts, now=timezone.now())

    done.refresh_from_db()
    assert done.state == "succeeded"
