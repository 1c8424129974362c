"""Stripe forgets its idempotency keys after a day: what is asked again then is still made once."""

import datetime as dt
import re
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from payments.gateway import intents
from payments.gateway.client import OutOfReach, client
from payments.models import Payment
from payments.refunds import request_refund, settle_refund, void_online
from payments.review import return_payment
from payments.tasks import sweep
from payments.truth import bring_up_to_date
from receipts.models import Receipt
from tests.factories.desk import today
from tests.payments.stripe_side import start

FAILS = "4000000000005126"
LATER = dt.timedelta(hours=25)

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def a_day_later(stripe_sandbox):
    """Stripe's clock goes on; it has forgotten all keys."""

    def a_day_later():
        stripe_sandbox.now = lambda: time.time() + LATER.total_seconds()

    return a_day_later


@pytest.fixture
def lose_answer(stripe_sandbox):
    """Stripe does what it is asked next, and its answer never comes, however often it is asked."""

    def lose_answer(path):
        stripe_sandbox.fail_next(0, times=3, method="POST", path=path, executed=True)

    return lose_answer


def pay(sandbox, card="4242424242424242"):
    payment = start()
    sandbox.confirm(payment.intent_id, card_number=card)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now())


def refunds_at_stripe(payment):
    return client().v1.refunds.list({"payment_intent": payment.intent_id}).data


@pytest.mark.parametrize("cents", [1000, None])
def test_a_refund(stripe_sandbox, dana, lose_answer, a_day_later, cents):
    payment = pay(stripe_sandbox)
    lose_answer("/v1/refunds")
    facts = {"refund_id": uuid.uuid4(), "receipt_number": payment.receipt_id, "cents": cents, "reason": "Overpaid"}
    refund = request_refund(**facts, now=timezone.now(), today=today(), by=dana)
    assert (refund.state, refund.stripe_id, len(refunds_at_stripe(payment))) == ("requested", None, 1)

    a_day_later()
    settle_refund(refund_id=refund.pk, now=timezone.now() + LATER)
    settle_refund(refund_id=refund.pk, now=timezone.now() + LATER)

    refund.refresh_from_db()
    (made,) = refunds_at_stripe(payment)
    assert (refund.state, refund.stripe_id, made.amount) == ("succeeded", made.id, cents or 5000)
    assert Receipt.objects.get(kind="refund").amount_cents == -made.amount


def test_a_void(stripe_sandbox, dana, lose_answer, a_day_later):
    payment = pay(stripe_sandbox)
    lose_answer("/v1/refunds")
    facts = {"receipt_number": payment.receipt_id, "reason": "Mistake", "by": dana}
    refund = void_online(**facts, now=timezone.now(), today=today())
    assert (refund.state, len(refunds_at_stripe(payment))) == ("requested", 1)

    a_day_later()
    settle_refund(refund_id=refund.pk, now=timezone.now() + LATER)

    refund.refresh_from_db()
    assert (refund.state, len(refunds_at_stripe(payment))) == ("succeeded", 1)
    assert Receipt.objects.get().void.reason == "Mistake"


def test_a_refund_that_failed_meanwhile_is_not_made_again(stripe_sandbox, dana, lose_answer, a_day_later):
    payment = pay(stripe_sandbox, FAILS)
    lose_answer("/v1/refunds")
    facts = {"refund_id": uuid.uuid4(), "receipt_number": payment.receipt_id, "cents": None, "reason": "Overpaid"}
    refund = request_refund(**facts, now=timezone.now(), today=today(), by=dana)
    stripe_sandbox.settle(refunds_at_stripe(payment)[0].id)

    a_day_later()
    settle_refund(refund_id=refund.pk, now=timezone.now() + LATER)

    refund.refresh_from_db()
    assert (refund.state, len(refunds_at_stripe(payment))) == ("failed", 1)
    assert Receipt.objects.get() == payment.receipt


def in_review(sandbox, card="4242424242424242"):
    """The guarantor agreed to $49.99; Stripe received $50.00."""
    payment = start()
    Payment.objects.filter(pk=payment.pk).update(amount_cents=4999)
    sandbox.confirm(payment.intent_id, card_number=card)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now())


def test_the_return_of_a_payment_in_review(stripe_sandbox, dana, lose_answer, a_day_later):
    payment = in_review(stripe_sandbox)
    facts = {"payment_id": payment.pk, "reason": "Not agreed", "by": dana}
    lose_answer("/v1/refunds")
    with pytest.raises(OutOfReach):
        return_payment(**facts, now=timezone.now())

    a_day_later()
    return_payment(**facts, now=timezone.now() + LATER)

    payment.refresh_from_db()
    assert (payment.state, len(refunds_at_stripe(payment))) == ("returned", 1)


def test_a_return_that_the_bank_did_not_take_is_made_anew_while_stripe_still_knows_the_key(
    stripe_sandbox, dana, lose_answer
):
    payment = in_review(stripe_sandbox, FAILS)
    facts = {"payment_id": payment.pk, "reason": "Not agreed", "by": dana}
    lose_answer("/v1/refunds")
    with pytest.raises(OutOfReach):
        return_payment(**facts, now=timezone.now())
    stripe_sandbox.settle(refunds_at_stripe(payment)[0].id)

    return_payment(**facts, now=timezone.now())

    assert sorted(refund.status for refund in refunds_at_stripe(payment)) == ["failed", "succeeded"]


def test_a_payment_intent_is_not_made_a_second_time_and_the_attempt_given_up(
    stripe_sandbox, guarantor, lose_answer, a_day_later, client_of
):
    payment = Payment.objects.create(guarantor=guarantor, amount_cents=5000)
    lose_answer("/v1/payment_intents")
    assert client_of(guarantor).get(f"/pay/{payment.pk}/").status_code == 503

    a_day_later()
    Payment.objects.filter(pk=payment.pk).update(started_at=timezone.now() - LATER)
    assert client_of(guarantor).get(f"/pay/{payment.pk}/").status_code == 503
    sweep()

    payment.refresh_from_db()
    assert (payment.state, payment.intent_id) == ("abandoned", None)
    assert len(client().v1.payment_intents.list().data) == 1


def test_each_creation_at_stripe_has_its_case_here():
    """One more is looked for by what it is about before it is made, as its key alone lasts a day.

    But what takes no money: the set-up guide's, which is canceled at once, and a customer, who then keeps no card.
    """
    gateway = Path(intents.__file__).parent
    made = Counter(call for file in gateway.glob("*.py") for call in re.findall(r"v1\.\w+\.create\(", file.read_text()))
    assert made == {"v1.payment_intents.create(": 2, "v1.refunds.create(": 2, "v1.customers.create(": 1}
