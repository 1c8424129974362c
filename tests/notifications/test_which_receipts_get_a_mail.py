"""Every successful payment and refund leaves a row in the outbox: the mail, or why there is none."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from notifications.models import Message
from payments.gateway.intents import Result
from receipts.corrections.refund import refund_at_desk
from receipts.models import Receipt
from receipts.notices import messages_of
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import batch_of, clerk, take, today
from tests.factories.messages import post_mail
from tests.factories.practice import GroupFactory
from tests.notifications.receipts import VISA, make_receipt

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("guarantor", "switch", "wanted", "reason"),
    [
        ({}, True, True, ""),
        ({}, False, True, "switched_off"),
        ({"email": "", "login": False}, True, True, "no_address"),
        ({"email_opt_out": True}, True, True, "opted_out"),
        ({}, True, False, "unticked"),
    ],
)
def test_a_mail_is_queued_or_the_row_says_why_not(open_batch, guarantor, switch, wanted, reason):
    guarantor = GuarantorFactory(group=GroupFactory(email_receipts=switch), **guarantor)
    receipt = make_receipt({"check-1": (5000, {"method": "check"})}, guarantor=guarantor)

    post_mail(receipt, mail="wanted" if wanted else "unticked")

    email = messages_of(receipt).get()
    assert (email.state, email.reason) == (("not_wanted", reason) if reason else ("queued", ""))
    assert email.to == guarantor.email


def test_a_refund_gets_a_mail_of_its_own(open_batch, pay):
    payment = pay()
    refund = make_receipt({"re_1": (-5000, VISA)}, guarantor=payment.guarantor, refund_of=payment)

    post_mail(refund)

    assert messages_of(refund).get().state == "queued"
    assert messages_of(payment).count() == 1


def test_a_refund_at_the_desk_gets_one_too(practice):
    dana = clerk()
    batch_of(dana)
    payment = take(dana)

    number = refund_at_desk(
        receipt_number=payment.pk, amounts={"cash": 100}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )

    assert messages_of(Receipt.objects.get(pk=number)).get().state == "queued"


def test_an_unsuccessful_payment_gets_none(pay):
    assert not messages_of(pay(result=Result.DECLINED)).exists()


def test_the_database_keeps_one_first_mail_a_receipt_and_what_was_said_in_it(pay):
    receipt = pay()

    with pytest.raises(DatabaseError), transaction.atomic():
        post_mail(receipt)
    with pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.update(to="thief@example.com")
    with pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.all().delete()
