"""Real connections race for the day's batch."""

import datetime as dt
import functools

import pytest
from django.utils import timezone

from batches.closing import close_batch
from batches.holding import BatchClosed
from batches.models import ReferenceBatch
from payments.recording.payments import record_outcome
from pops.core.access.services import get_pops_user
from receipts.models import Receipt
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import clerk
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.practice import PracticeFactory
from tests.moments import NOON

pytestmark = pytest.mark.django_db(transaction=True)

PAYERS = 16


def recording(*, at: dt.datetime, cents: int = 100) -> functools.partial[int | None]:
    payment = PaymentFactory(guarantor=GuarantorFactory(), amount_cents=cents)
    return functools.partial(record_outcome, payment_id=payment.pk, outcome=outcome_of(payment, at=at))


def test_the_first_payments_of_a_day_open_one_batch():
    PracticeFactory()
    get_pops_user()  # beforehand: making it would put the racers in a row and hide the race
    days = [NOON + dt.timedelta(days=n) for n in range(6)]

    for day in days:
        run_together([recording(at=day) for _ in range(PAYERS)], width=PAYERS)

    assert ReferenceBatch.objects.count() == len(days)
    assert Receipt.objects.count() == PAYERS * len(days)


def test_no_payment_lands_in_a_batch_that_is_closing():
    PracticeFactory()
    staff = clerk()
    payments = [recording(at=NOON, cents=100 + n) for n in range(PAYERS * 12)]

    def close_the_open_one() -> None:
        batch = ReferenceBatch.objects.filter(status="open").first()
        if batch:
            try:
                close_batch(batch_id=batch.pk, now=timezone.now(), by=staff)
            except BatchClosed:
                return

    jobs = [
        job
        for n, payment in enumerate(payments)
        for job in ([payment, close_the_open_one] if n % 12 == 11 else [payment])
    ]
    run_together(jobs, width=PAYERS)

    batches = list(ReferenceBatch.objects.order_by("supplement"))
    assert len(batches) > 2
    assert [batch.supplement for batch in batches] == list(range(1, len(batches) + 1))
    for batch in batches:
        amounts = list(batch.receipts.values_list("amount_cents", flat=True))
        if not batch.is_open:
            assert (batch.closed_total_cents, batch.closed_receipt_count) == (sum(amounts), len(amounts))
    assert sum(Receipt.objects.values_list("amount_cents", flat=True)) == sum(100 + n for n in range(len(payments)))


def test_two_closers_close_once():
    PracticeFactory()
    batch_id = Receipt.objects.get(number=recording(at=NOON)()).batch_id

    def close() -> str:
        try:
            return close_batch(batch_id=batch_id, now=timezone.now(), by=clerk()).status
        except BatchClosed:
            return "was closed"

    outcomes = run_together([close] * 8, width=8)

    assert sorted(outcomes) == ["closed", *["was closed"] * 7]
