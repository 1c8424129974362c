"""The charges of a split payment, their events, the return and the sweep all at once: one receipt, no part twice."""

import datetime as dt
import functools
import uuid
from contextlib import suppress

import pytest
from django.utils import timezone

from payments.attempts import ask_stripe, start_rest
from payments.events import work_off_event
from payments.gateway.client import client
from payments.models import Payment
from payments.tasks import sweep, work_off_events
from payments.truth import bring_up_to_date
from pops.local.stripe_sandbox.errors import StripeError
from receipts.models import Posting, Receipt
from tests.concurrency import run_together
from tests.payments.stripe_side import intents_of, post_event, start_split

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]

GOOD, FUNDS = "4242424242424242", "4000000000009995"


def tell(sandbox):
    """Post all that Stripe has to say by now, and work it off."""
    for event in sandbox.events:
        post_event(sandbox, event)
        work_off_event(event_id=event["id"], now=timezone.now())


def at_stripe(payment):
    """What was really taken, in cents by charge."""
    found = [client().v1.payment_intents.retrieve(intent) for intent in intents_of(payment)]
    return {intent.latest_charge: intent.amount_received for intent in found if intent.amount_received}


def assert_one_receipt_of_what_was_taken(payment):
    payment.refresh_from_db()
    receipt = Receipt.objects.get()
    taken = at_stripe(payment)
    assert payment.receipt == receipt
    assert dict(receipt.transactions.filter(amount_cents__gt=0).values_list("number", "amount_cents")) == taken
    assert receipt.transactions.count() == 2
    assert receipt.amount_cents == sum(taken.values()) == sum(Posting.objects.values_list("amount_cents", flat=True))


@pytest.mark.parametrize("second", [GOOD, FUNDS])
@pytest.mark.parametrize("latency", [0, 0.02])
def test_charges_events_return_and_sweep_at_once(owes, stripe_sandbox, second, latency):
    payment = start_split(owes)
    stripe_sandbox.confirm(intents_of(payment)[0])
    stripe_sandbox.set_latency(latency)

    run_all_sides(stripe_sandbox, payment, second)

    assert_one_receipt_of_what_was_taken(payment)


def run_all_sides(sandbox, payment, card):
    """The first part is taken; the second is charged while everybody tells of the first."""
    last = intents_of(payment)[-1]

    def charge_second():
        with suppress(StripeError):  # closed by who came back before
            sandbox.confirm(last, card_number=card)
        bring_up_to_date(payment_id=payment.pk, now=timezone.now(), is_back=True)

    Payment.objects.update(started_at=timezone.now() - dt.timedelta(minutes=5))
    back = functools.partial(bring_up_to_date, payment_id=payment.pk, now=timezone.now(), is_back=True)
    jobs = [charge_second, *[functools.partial(tell, sandbox)] * 6, *[work_off_events] * 3, *[back] * 3, *[sweep] * 3]
    run_together(jobs, width=16)


def test_the_rest_in_two_windows_is_paid_once(owes, stripe_sandbox):
    payment = start_split(owes)
    first, second = intents_of(payment)
    stripe_sandbox.confirm(first)
    stripe_sandbox.confirm(second, card_number=FUNDS)
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    same = uuid.uuid4()

    rests = run_together([functools.partial(start_rest, payment_id=same, payment=payment, now=timezone.now())] * 8)

    (rest,) = {one.pk: one for one in rests}.values()
    ask_stripe(payment=rest, now=timezone.now())
    (intent,) = intents_of(rest)
    stripe_sandbox.confirm(intent)
    run_together([functools.partial(bring_up_to_date, payment_id=rest.pk, now=timezone.now())] * 16)
    assert sorted(Receipt.objects.values_list("amount_cents", flat=True)) == [4000, 6000]
    assert sum(Posting.objects.values_list("amount_cents", flat=True)) == 10_000
