"""A void tells who had the receipt that it doesn't count: once, and not where mails are off."""

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import reverse

from notifications.delivery import deliver_due
from notifications.models import Message
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from receipts.notices import VOIDED, VOIDED_TYPED, Reason
from receipts.typed_mail import mail_to_typed
from tests.factories.accounts import GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, take, today, void_returned

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruth(practice):
    ruth = clerk("Ruth Boyd")
    batch_of(ruth)
    return ruth


def void(receipt: Receipt, by) -> None:
    void_receipt(receipt_number=receipt.pk, reason="Wrong patient", today=today(), by=by)


def send() -> None:
    deliver_due(lane=Message.Lane.MAIL, channel=Message.Channel.EMAIL, seconds=5)


def test_it_says_that_the_receipt_does_not_count_and_no_health_data(ruth):
    maria = GuarantorFactory()
    leo = PatientFactory(guarantor=maria, name="Leo Keller")
    line = ServiceLineFactory(encounter__patient=leo, description="Strep test")
    receipt = take(ruth, guarantor=maria)
    send()

    void(receipt, ruth)
    send()
    send()

    told, said = mail.outbox[-1], mail.outbox[-1].body
    assert len(mail.outbox) == 2, "its own mail and this one"
    assert told.to == [maria.email]
    assert f"Receipt {receipt.pk} doesn't count" in told.subject
    for words in (f"Receipt #: {receipt.pk}", maria.name, maria.account_number, "Amount that doesn't count: $50.00"):
        assert words in said
    for words in ("Leo", line.description, line.encounter.provider.name, "Wrong patient"):
        assert words not in said + str(told.alternatives)


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({"group__email_receipts": False}, Reason.SWITCHED_OFF),
        ({"email_opt_out": True}, Reason.OPTED_OUT),
        ({"email": "", "login": False}, Reason.NO_ADDRESS),
    ],
)
def test_not_to_who_gets_no_receipts(ruth, account, reason):
    receipt = take(ruth, guarantor=GuarantorFactory(**account))
    void(receipt, ruth)
    send()

    assert mail.outbox == []
    assert Message.objects.get(kind=VOIDED.name).reason == reason


def test_staff_see_what_became_of_it_on_the_receipts_page(ruth, client_of):
    receipt = take(ruth)
    send()
    void(receipt, ruth)
    send()
    client, own = client_of(ruth), Message.objects.get(kind="receipt")

    page = client.get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()
    assert f"Voided receipt {receipt.pk}</a>" in page
    assert page.count("Sent ") >= 2

    ruth.user_permissions.add(Permission.objects.get(codename="send_message_again"))
    again = client.get(reverse("admin:notifications_message_send_again", args=[own.pk])).content.decode()
    assert "there is nothing to confirm" in again
    assert "Why is it sent again?" not in again, "no form that would be refused"


def test_before_the_receipts_own_mail_left_this_one_goes_alone(ruth):
    receipt = take(ruth)
    void(receipt, ruth)
    send()

    assert [message.subject.partition(":")[0] for message in mail.outbox] == [f"Receipt {receipt.pk} doesn't count"]


def test_a_voided_online_payment_and_the_address_that_its_payer_typed(ruth, pay):
    receipt = pay(GuarantorFactory())
    mail_to_typed(receipt_number=receipt.pk, to="spouse@example.com", now=receipt.received_at)

    void_returned(receipt, ruth)
    send()

    told = {message.to[0]: message.body for message in mail.outbox}
    assert set(told) == {receipt.guarantor.email, "spouse@example.com"}
    assert all("The money goes back the way you paid." in said for said in told.values())
    assert Message.objects.filter(kind__in=[VOIDED.name, VOIDED_TYPED.name]).count() == 2
