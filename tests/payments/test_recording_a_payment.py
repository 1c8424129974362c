from payments.gateway.intents import Result
from payments.models import Payment
from payments.recording.payments import record_outcome
from receipts.balances import get_receipt_balance
from receipts.notices import messages_of
from tests.factories.accounts import ServiceLineFactory
from tests.factories.payments import PaymentFactory, outcome_of
from tests.moments import NOON, TODAY


def test_a_payment_becomes_a_receipt_in_the_days_batch(guarantor, pay):
    receipt = pay(guarantor, cents=5000)

    assert (receipt.status, receipt.amount_cents, receipt.received_on) == ("paid", 5000, TODAY)
    assert (receipt.batch.description, receipt.batch.user.name) == ("API Payments", "POPS")
    assert (receipt.batch.batch_date, receipt.batch.supplement, receipt.batch.status) == (TODAY, 1, "open")
    assert receipt.payment.state == "paid"
    transaction = receipt.transactions.get()
    assert (transaction.amount_cents, transaction.card_last4) == (5000, "4242")
    assert messages_of(receipt).get().state == "queued"
    assert messages_of(receipt).get().to == guarantor.email


def test_a_declined_payment_leaves_an_unsuccessful_receipt_of_zero(guarantor, pay):
    receipt = pay(guarantor, cents=5000, result=Result.DECLINED)

    assert (receipt.status, receipt.amount_cents) == ("unsuccessful", 0)
    assert receipt.payment.state == "unsuccessful"
    assert receipt.transactions.get().requested_cents == 5000
    assert not messages_of(receipt).exists()
    assert not receipt.postings.exists()


def test_auto_post_takes_the_oldest_balance_first_and_the_rest_is_escrow(guarantor, pay):
    new = ServiceLineFactory(guarantor=guarantor, service_date="2026-02-02", billed_cents=3000)
    old = ServiceLineFactory(guarantor=guarantor, service_date="2026-02-01", billed_cents=2000)

    first = pay(guarantor, cents=3500)
    second = pay(guarantor, cents=2500)

    assert [(p.line, p.amount_cents, p.remaining_cents) for p in first.postings.order_by("service_date")] == [
        (old, 2000, 0),
        (new, 1500, 1500),
    ]
    assert [(p.line, p.amount_cents, p.patient_paid_cents) for p in second.postings.all()] == [(new, 1500, 3000)]


def test_the_same_news_twice_is_recorded_once(guarantor):
    payment = PaymentFactory(guarantor=guarantor)
    news = outcome_of(payment, at=NOON)

    first = record_outcome(payment_id=payment.pk, outcome=news)
    second = record_outcome(payment_id=payment.pk, outcome=news)

    assert first is not None
    assert second is None
    assert Payment.objects.get().receipt_id == first


def test_nothing_is_posted_to_a_balance_in_collections(guarantor, pay):
    ServiceLineFactory(guarantor=guarantor, encounter__in_collections=True)

    receipt = pay(guarantor, cents=5000)

    assert not receipt.postings.exists()
    assert get_receipt_balance(receipt).escrow_cents == 5000


def test_without_auto_post_all_of_it_is_escrow(guarantor, pay):
    guarantor.group.auto_post = False
    guarantor.group.save()
    ServiceLineFactory(guarantor=guarantor)

    assert get_receipt_balance(pay(guarantor, cents=5000)).escrow_cents == 5000


def test_another_attempts_money_is_kept_for_review(guarantor):
    payment, other = PaymentFactory(guarantor=guarantor), PaymentFactory()

    assert record_outcome(payment_id=payment.pk, outcome=outcome_of(other, at=NOON)) is None

    payment.refresh_from_db()
    assert payment.state == "review"
    assert "belongs to another attempt" in payment.review_reason


def test_money_after_an_unsuccessful_receipt_is_kept_for_review(guarantor, pay):
    receipt = pay(guarantor, result=Result.DECLINED)

    record_outcome(payment_id=receipt.payment.pk, outcome=outcome_of(receipt.payment, at=NOON))

    receipt.payment.refresh_from_db()
    assert receipt.payment.state == "review"
    assert guarantor.receipts.get() == receipt
