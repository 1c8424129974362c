"""A payment whose money differs from what was agreed: a manager accepts it or gives it back."""

from dataclasses import replace

import pytest
from django.utils import timezone

from payments import review
from payments.gateway.answers import answer_of
from payments.gateway.client import OutOfReach
from payments.gateway.intents import get_intent
from payments.models import Payment
from payments.review import accept_payment, return_payment
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from tests.factories.desk import clerk
from tests.payments.stripe_side import start

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def payment(stripe_sandbox):
    """The guarantor agreed to $49.99; Stripe received $50.00."""
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    Payment.objects.filter(pk=payment.pk).update(amount_cents=4999)
    assert bring_up_to_date(payment_id=payment.pk, now=timezone.now()).state == "review"
    return payment


def test_accepting_issues_the_receipt_over_what_stripe_received(payment):
    ruth = clerk("Ruth")
    with pytest.raises(Refused, match="Say why"):
        accept_payment(payment_id=payment.pk, reason="", now=timezone.now(), by=ruth)

    accept_payment(payment_id=payment.pk, reason="The guarantor agreed by phone.", now=timezone.now(), by=ruth)

    payment.refresh_from_db()
    assert (payment.state, payment.receipt.amount_cents) == ("paid", 5000)
    assert (payment.reviewed_by, payment.review_note) == (ruth, "The guarantor agreed by phone.")
    assert payment.review_reason == "Stripe received $50.00; the guarantor agreed to $49.99."
    assert payment.difference == "$50.00 instead of $49.99"
    assert payment.receipt.reason == "$50.00 instead of $49.99, accepted by staff."
    with pytest.raises(Refused):
        accept_payment(payment_id=payment.pk, reason="The guarantor agreed by phone.", now=timezone.now(), by=ruth)


def test_returning_gives_all_back_and_news_change_nothing_any_more(payment, stripe_sandbox):
    return_payment(payment_id=payment.pk, reason="Not agreed", now=timezone.now(), by=clerk())

    payment.refresh_from_db()
    assert (payment.state, payment.receipt) == ("returned", None)
    assert bring_up_to_date(payment_id=payment.pk, now=timezone.now()).state == "returned"
    assert [event["type"] for event in stripe_sandbox.events][-2:] == ["refund.created", "charge.refunded"]
    with pytest.raises(Refused):
        return_payment(payment_id=payment.pk, reason="Not what was agreed", now=timezone.now(), by=clerk())


def test_another_currency_can_only_be_returned(payment, monkeypatch):
    intent = get_intent(payment.intent_id, now=timezone.now())
    canadian = replace(intent, outcome=replace(intent.outcome, currency="cad"))
    monkeypatch.setattr(review, "ask_stripe", lambda payment, now: answer_of(canadian))

    with pytest.raises(Refused):
        accept_payment(payment_id=payment.pk, reason="The guarantor agreed by phone.", now=timezone.now(), by=clerk())


def test_a_receipt_stands_when_stripe_is_away_right_after_it(payment, monkeypatch):
    def away(**about):
        raise OutOfReach

    monkeypatch.setattr(review, "bring_up_to_date", away)

    number = accept_payment(payment_id=payment.pk, reason="Agreed by phone.", now=timezone.now(), by=clerk())

    payment.refresh_from_db()
    assert (payment.state, payment.receipt_id) == ("paid", number)
