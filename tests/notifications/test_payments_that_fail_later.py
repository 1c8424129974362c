"""A payment that the bank refuses after the guarantor was told to wait is mailed: once, and without health data."""

import pytest

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.gateway.intents import Result
from payments.models import Payment
from payments.recording.payments import record_outcome
from receipts.models import Receipt
from tests.factories.accounts import ServiceLineFactory
from tests.factories.payments import PaymentFactory, outcome_of
from tests.moments import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(guarantor):
    payment = PaymentFactory(guarantor=guarantor)

    def record(result):
        return record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, result, at=NOON))

    return record


def test_who_was_told_to_wait_gets_a_mail_once(record, guarantor, mailoutbox):
    ServiceLineFactory(guarantor=guarantor, description="Annual physical")
    record(Result.PROCESSING)

    number = record(Result.DECLINED)
    record(Result.DECLINED)
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    (mail,) = mailoutbox
    assert mail.to == [guarantor.email]
    assert mail.subject == "Your payment to Lakeside Family Medicine did not go through"
    for part in (mail.body, mail.alternatives[0].content):
        for words in ("Nothing was charged.", "Your bank declined the card.", "$50.00", str(number), "/sign-in/"):
            assert words in part
        for words in ("Annual physical", "Thank you"):
            assert words not in part


def test_who_sees_the_answer_on_the_page_gets_none(record):
    record(Result.DECLINED)

    assert Receipt.objects.get().status == "unsuccessful"
    assert not Message.objects.exists()


def test_one_that_is_paid_in_the_end_gets_its_receipt_only(record):
    record(Result.PROCESSING)
    record(Result.PAID)

    assert Payment.objects.get().state == "paid"
    assert set(Message.objects.values_list("kind", flat=True)) == {"receipt"}


@pytest.mark.parametrize(("change", "reason"), [({"email": ""}, "no_address"), ({"email_opt_out": True}, "opted_out")])
def test_without_an_address_or_a_wish_for_mail_the_outbox_says_why(record, guarantor, change, reason):
    type(guarantor).objects.update(**change)
    record(Result.PROCESSING)
    record(Result.DECLINED)

    message = Message.objects.get()
    assert (message.state, message.reason) == ("not_wanted", reason)
