"""The same news from many sides at once, half a minute to each side of midnight."""

import datetime as dt
import functools

import pytest

from batches.models import ReferenceBatch
from notifications.models import Message
from payments.models import Payment
from payments.recording.payments import record_outcome
from receipts.balances import get_receipt_balance
from receipts.models import Posting, Receipt
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.practice import PracticeFactory
from tests.moments import MIDNIGHT, NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_payments_told_five_times_make_ten_receipts_in_two_batches():
    PracticeFactory()
    jobs = []
    for n in range(10):
        payment = PaymentFactory(guarantor=GuarantorFactory())
        at = MIDNIGHT + dt.timedelta(seconds=30 if n % 2 else -30)
        jobs += 5 * [functools.partial(record_outcome, payment_id=payment.pk, outcome=outcome_of(payment, at=at))]

    issued = run_together(jobs, width=16)

    assert len([number for number in issued if number]) == 10
    assert Receipt.objects.count() == Message.objects.count() == 10
    assert ReferenceBatch.objects.count() == 2
    assert [batch.receipts.count() for batch in ReferenceBatch.objects.all()] == [5, 5]
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}


def test_payments_of_one_guarantor_never_post_more_than_a_line_owes():
    PracticeFactory()
    guarantor = GuarantorFactory()
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=10_000)
    payments = [PaymentFactory(guarantor=guarantor, amount_cents=1_500) for _ in range(16)]

    run_together(
        [
            functools.partial(record_outcome, payment_id=payment.pk, outcome=outcome_of(payment, at=NOON))
            for payment in payments
        ]
    )

    assert sum(Posting.objects.filter(line=line).values_list("amount_cents", flat=True)) == 10_000
    assert sum(get_receipt_balance(receipt).escrow_cents for receipt in Receipt.objects.all()) == 16 * 1_500 - 10_000
