"""A payment whose money differs from what was agreed: a manager accepts it or gives it back."""

from dataclasses import replace

import pytest

from payments.gateway import intents as gateway
from payments.models import Payment
from payments.recording import settle_payment
from payments.review import NotAcceptable, NotInReview, accept_payment, return_payment
from receipts.corrections.common import CorrectionRefused
from tests.factories.desk import clerk
from tests.payments.stripe_side import start

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def payment(stripe_sandbox):
    """The guarantor agreed to $49.99; Stripe received $50.00."""
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    Payment.objects.filter(pk=payment.pk).update(amount_cents=4999)
    assert settle_payment(payment_id=payment.pk).state == "review"
    return payment


def test_accepting_issues_the_receipt_over_what_stripe_received(payment):
    ruth = clerk("Ruth")
    with pytest.raises(CorrectionRefused, match="Say why"):
        accept_payment(payment_id=payment.pk, reason="", by=ruth)

    accept_payment(payment_id=payment.pk, reason="The guarantor agreed by phone.", by=ruth)

    payment.refresh_from_db()
    assert (payment.state, payment.receipt.amount_cents) == ("paid", 5000)
    assert (payment.reviewed_by, payment.review_note) == (ruth, "The guarantor agreed by phone.")
    with pytest.raises(NotInReview):
        accept_payment(payment_id=payment.pk, reason="again", by=ruth)


def test_returning_gives_all_back_and_news_change_nothing_any_more(payment, stripe_sandbox):
    return_payment(payment_id=payment.pk, reason="Not agreed", by=clerk())

    payment.refresh_from_db()
    assert (payment.state, payment.receipt) == ("returned", None)
    assert settle_payment(payment_id=payment.pk).state == "returned"
    assert [event["type"] for event in stripe_sandbox.events][-2:] == ["refund.created", "charge.refunded"]
    with pytest.raises(NotInReview):
        return_payment(payment_id=payment.pk, reason="again", by=clerk())


def test_another_currency_can_only_be_returned(payment, monkeypatch):
    read = gateway.read_outcome
    monkeypatch.setattr(gateway, "read_outcome", lambda intent: replace(read(intent), currency="cad"))

    with pytest.raises(NotAcceptable):
        accept_payment(payment_id=payment.pk, reason="x", by=clerk())
