"""Stripe is asked for what is offered, whatever its Dashboard has on; other kinds are named for what they are."""

import datetime as dt

import pytest
import stripe
from django.utils import timezone

from payments.gateway.client import client
from payments.gateway.intents import Result, read_intent
from payments.models import Payment
from payments.tasks import sweep
from receipts.models import Receipt
from tests.payments.stripe_side import start

CARD = {"type": "card", "card": {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030, "wallet": None}}


def intent(**facts):
    """A PaymentIntent as Stripe sends it."""
    blank = {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 5000,
        "amount_received": 0,
        "currency": "usd",
        "client_secret": "pi_1_secret",
        "status": "requires_payment_method",
        "last_payment_error": None,
        "next_action": None,
        "latest_charge": None,
    }
    return read_intent(stripe.PaymentIntent.construct_from({**blank, **facts}, "sk"), now=timezone.now())


def paid(details):
    charge = {
        "id": "ch_1",
        "object": "charge",
        "created": 1,
        "amount_refunded": 0,
        "disputed": False,
        "payment_method_details": details,
    }
    return intent(status="succeeded", amount_received=5000, latest_charge=charge).outcome.transactions[0]


def test_stripe_is_asked_for_cards_alone(stripe_sandbox, practice, db):
    payment = start()

    made = client().v1.payment_intents.retrieve(payment.intent_id)

    assert made.allowed_payment_method_types == ["card"]
    assert made.automatic_payment_methods is None


@pytest.mark.parametrize(
    ("details", "method"),
    [
        (CARD, "card"),
        ({**CARD, "card": {**CARD["card"], "wallet": {"type": "apple_pay"}}}, "apple_pay"),
        ({**CARD, "card": {**CARD["card"], "wallet": {"type": "google_pay"}}}, "google_pay"),
        ({**CARD, "card": {**CARD["card"], "wallet": {"type": "link"}}}, "link"),
        ({**CARD, "card": {**CARD["card"], "wallet": {"type": "samsung_pay"}}}, "card"),
        ({"type": "link", "link": {"country": "US"}}, "link"),
        ({"type": "us_bank_account", "us_bank_account": {"last4": "6789"}}, "other"),
    ],
)
def test_each_is_named(details, method):
    assert paid(details).method == method


@pytest.mark.parametrize(
    ("kind", "method", "words"),
    [
        ("card", "card", "The card doesn't have enough funds for this payment."),
        ("us_bank_account", "other", "Your bank declined the payment. Your bank can tell you why."),
        ("link", "link", "Your bank declined the payment. Your bank can tell you why."),
    ],
)
def test_of_a_declined_debit_nobody_reads_that_a_card_was_declined(kind, method, words):
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "payment_method": {"type": kind}}

    declined = intent(last_payment_error=error).outcome.transactions[0]

    assert (declined.method, declined.reason) == (method, words)


@pytest.mark.parametrize(
    ("action", "result"),
    [
        ("use_stripe_sdk", Result.OPEN),
        ("redirect_to_url", Result.OPEN),
        ("verify_with_microdeposits", Result.PROCESSING),
        ("display_bank_transfer_instructions", Result.PROCESSING),
    ],
)
def test_what_takes_days_is_in_progress(action, result):
    assert intent(status="requires_action", next_action={"type": action}).outcome.result is result


@pytest.mark.django_db(transaction=True)
def test_what_takes_days_is_not_given_up_after_an_hour(stripe_sandbox, practice, monkeypatch):
    payment = start()
    asked, canceled = [], []
    waiting = intent(id=payment.intent_id, status="requires_action", next_action={"type": "verify_with_microdeposits"})
    monkeypatch.setattr("payments.attempts.intents.get_intent", lambda *_, **__: asked.append(1) or waiting)
    monkeypatch.setattr("payments.attempts.intents.cancel_intent", lambda **_: canceled.append(1))
    Payment.objects.update(started_at=timezone.now() - dt.timedelta(hours=26))

    sweep()

    payment.refresh_from_db()
    assert payment.state == Payment.State.PROCESSING
    assert asked
    assert not canceled
    assert not Receipt.objects.exists()
