"""Webhooks, copies of them and browsers coming back, all at once, around local midnight."""

import functools
import random

import pytest

from batches.models import ReferenceBatch
from notifications.models import Message
from payments.models import Payment, ProcessorEvent
from receipts.models import Receipt
from tests.concurrency import run_together, wait_until
from tests.factories.accounts import ServiceLineFactory
from tests.factories.practice import PracticeFactory
from tests.moments import MIDNIGHT
from tests.payments.stripe_side import events_about, post_event, start

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_payments_told_five_times_from_both_sides(stripe_sandbox, worker, client_of):
    PracticeFactory()
    payments = [start() for _ in range(10)]
    for payment in payments:
        ServiceLineFactory(guarantor=payment.guarantor)
    for n, payment in enumerate(payments):
        stripe_sandbox.now = functools.partial(float, MIDNIGHT.timestamp() + (30 if n % 2 else -30))
        stripe_sandbox.confirm(payment.intent_id)

    jobs = []
    for payment in payments:
        client = client_of(payment.guarantor)
        for event in events_about(stripe_sandbox, payment):
            jobs += 5 * [functools.partial(post_event, stripe_sandbox, event)]
        jobs += 5 * [functools.partial(client.get, f"/pay/{payment.pk}/return/")]
    random.Random(7).shuffle(jobs)
    answers = run_together(jobs, width=16)
    wait_until(lambda: not ProcessorEvent.objects.filter(state="received").exists())

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert Receipt.objects.count() == Message.objects.count() == 10
    assert sorted(batch.receipts.count() for batch in ReferenceBatch.objects.all()) == [5, 5]
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert sum(Receipt.objects.values_list("amount_cents", flat=True)) == 10 * 5000
