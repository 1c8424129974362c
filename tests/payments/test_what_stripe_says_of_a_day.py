"""Online payments of a day beside what Stripe says: asked once for all days, said plainly where it can't be."""

import datetime as dt

import pytest
from django.utils import timezone

from batches.selectors import get_online_sum
from payments.gateway.client import client
from payments.refunds import request_refund
from payments.takings import REFUSED, TOO_OLD, UNREACHED, ask_takings
from payments.truth import bring_up_to_date
from pops.core.practice.models import Practice
from receipts.models import Receipt
from tests.factories.desk import batch_of, clerk, today
from tests.payments.stripe_side import start

pytestmark = pytest.mark.django_db(transaction=True)


def pay_at_stripe(cents: int) -> Receipt:
    payment = start(cents=cents)
    client().v1.payment_intents.confirm(str(payment.intent_id), {"payment_method": "pm_card_visa"})
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    return Receipt.objects.get(payment=payment)


def test_what_was_paid_and_given_back_is_stripes_own_sum_by_our_day(practice, stripe_sandbox):
    first, _ = pay_at_stripe(5000), pay_at_stripe(2500)
    dana = clerk()
    batch_of(dana)
    request_refund(
        refund_id="7f1c1f0e-32b4-4b0e-9d0f-9f2a4b8f0a11", receipt_number=first.pk, cents=1000, reason="Paid too much",
        now=timezone.now(), today=today(), by=dana,
    )  # fmt: skip
    # Money of another shop's on the same account, and a card that was declined.
    other = client().v1.payment_intents.create({"amount": 9900, "currency": "usd"})
    client().v1.payment_intents.confirm(other.id, {"payment_method": "pm_card_visa"})
    yesterday = today() - dt.timedelta(days=1)

    found = ask_takings([today(), yesterday])

    assert found.why_unknown == ""
    assert found.cents == {today(): 6500, yesterday: 0}
    assert get_online_sum(today()) == 6500


def test_where_stripe_gives_no_answer_it_is_said_and_nothing_is_guessed(practice, stripe_sandbox, settings):
    stripe_sandbox.fail_next(500, times=10)
    assert ask_takings([today()]).why_unknown == UNREACHED
    settings.STRIPE_SECRET_KEY = "sk_test_wrong"
    assert ask_takings([today()]).why_unknown == REFUSED
    assert ask_takings([today(), today() - dt.timedelta(days=40)]).why_unknown == TOO_OLD
    assert ask_takings([]).cents == {}
    assert Practice.objects.exists()
