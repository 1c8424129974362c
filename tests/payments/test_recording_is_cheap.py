from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.recording.payments import record_outcome
from tests.factories.accounts import ServiceLineFactory
from tests.factories.payments import PaymentFactory, outcome_of
from tests.moments import NOON


def test_a_payment_takes_at_most_twelve_queries_however_much_it_is_applied_to(guarantor, pay):
    for _ in range(25):
        ServiceLineFactory(guarantor=guarantor, billed_cents=100)
    pay()  # opens the day's batch
    payment = PaymentFactory(guarantor=guarantor, amount_cents=2500)

    with CaptureQueriesContext(connection) as queries:
        record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, at=NOON))

    assert payment.guarantor.receipts.get().postings.count() == 25
    assert len(queries) <= 12
