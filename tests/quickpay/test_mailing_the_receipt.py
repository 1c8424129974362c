"""The receipt of a QuickPay payment by mail: to the address on file, and to one that the payer types."""

import pytest
from django.core import mail

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.models import Payment
from pops.core.practice.models import Group
from pops.sessions.models import PortalSession
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def client(token, enter):
    return enter(token)


@pytest.fixture
def page(client, owes, pay):
    """The receipt of what was paid in this session."""
    receipt = pay(owes)
    Payment.objects.update(session=PortalSession.objects.get())
    return f"/quickpay/{receipt.payment.pk}/receipt/"


def typed(client, page, email="leo@example.com", **more):
    return client.post(f"{page}mail/", {"email": email, **more}, follow=True)


def test_the_address_on_file_gets_it_and_is_not_shown_whole(client, page, owes):
    text = text_of(client.get(page))

    assert "g•••@example.com" in text
    assert owes.email not in text
    assert Message.objects.get().to == owes.email


def test_a_typed_address_gets_the_same_mail_once(client, page, owes):
    assert "The receipt is on its way to leo@example.com." in text_of(typed(client, page))
    assert "still on its way to leo@example.com" in text_of(typed(client, page))

    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    own, other = sorted(mail.outbox, key=lambda one: one.to == ["leo@example.com"])
    assert (own.to, other.to) == ([owes.email], ["leo@example.com"])
    assert own.body == other.body


def test_it_is_sent_three_times_at_most(client, page):
    for n in range(3):
        assert "on its way to" in text_of(typed(client, page, f"leo{n}@example.com"))
        deliver_due(lane=Message.Lane.MAIL, seconds=5)
    answer = typed(client, page, "leo3@example.com")
    assert answer.status_code == 422
    assert "can’t be sent again" in text_of(answer) or "can&#x27;t be sent again" in text_of(answer)

    assert Message.objects.filter(kind="receipt_typed").count() == 3


def test_a_slip_is_asked_about_once(client, page):
    answer = typed(client, page, "leo@gmial.com")
    assert answer.status_code == 422
    assert "Did you mean leo@gmail.com?" in text_of(answer)
    assert 'name="agreed" value="leo@gmial.com"' in answer.content.decode()
    assert not Message.objects.filter(kind="receipt_typed").exists()

    assert "on its way to leo@gmial.com" in text_of(typed(client, page, "leo@gmial.com", agreed="leo@gmial.com"))


@pytest.mark.parametrize("email", ["", "leo", "leo@", "a@b@c"])
def test_what_is_no_address_is_refused(client, page, email):
    answer = typed(client, page, email)

    assert answer.status_code == 422
    assert "Enter an email address" in text_of(answer)


def test_without_email_receipts_there_is_none(client, page):
    Group.objects.update(email_receipts=False)

    assert "Send this receipt" not in text_of(client.get(page))
    assert typed(client, page).status_code == 422
    assert not Message.objects.filter(kind="receipt_typed").exists()
