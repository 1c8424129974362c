"""On the phone: staff see what will be said, send it, at $0 too; for a text the guarantor's word is asked and kept."""

import datetime as dt

import pytest
from django.core import mail

from notifications.delivery import deliver_due
from notifications.models import Message
from notifications.stops import note_stop
from pops.balance_notices.models import BalanceNotice, TextConsent
from tests.balance_notices.agreeing import NUMBER, PHONE, agree
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.factories.staff import DESK, member
from tests.moments import NOON
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio", "awake")]


@pytest.fixture
def desk(client_of):
    return client_of(member(DESK, name="Noor Haddad"))


def page_of(guarantor):
    return f"/admin/desk/accounts/{guarantor.pk}/notice/"


def deliver():
    for channel in Message.Channel:
        deliver_due(lane=Message.Lane.URGENT, channel=channel, seconds=5)


def test_what_is_previewed_is_what_is_sent(desk, owes, twilio):
    guarantor = owes(phone=PHONE)
    agree(guarantor)
    page = text_of(desk.get(page_of(guarantor)))
    assert "As you asked: $100.00 is due on your account. Pay here: " in page
    assert f"Email, to {guarantor.email}" in page

    answer = desk.post(page_of(guarantor), {"channel": "text"})
    deliver()

    (text,) = twilio.store.newest(9)
    before, after = text.body.split("http")[0], text.body.split("\n")[1]
    assert before in page
    assert after in page
    assert answer.url == f"/admin/accounts/guarantor/{guarantor.pk}/change/"
    shown = text_of(desk.get(answer.url))
    assert f"Sent {NUMBER}" in " ".join(shown.split())
    notice = BalanceNotice.objects.get()
    assert (notice.asked_by.name, notice.days) == ("Noor Haddad", None)


def test_at_zero_too_by_mail(desk, group):
    guarantor = GuarantorFactory(group=group)

    desk.post(page_of(guarantor), {"channel": "email"})
    deliver()

    (sent,) = mail.outbox
    assert "as you asked" in sent.subject
    assert "Your balance is $0.00. Nothing is due." in sent.body
    assert "See your account" in sent.body


def test_a_text_without_consent_asks_for_it_and_keeps_it(desk, owes, twilio):
    guarantor = owes(phone=PHONE)
    page = text_of(desk.get(page_of(guarantor)))
    assert "I can reply STOP at any time" in page

    refused = desk.post(page_of(guarantor), {"channel": "text"})
    assert refused.status_code == 422
    assert not BalanceNotice.objects.exists()
    desk.post(page_of(guarantor), {"channel": "text", "has_agreed": "on"})
    deliver()

    consent = TextConsent.objects.get()
    assert (consent.number, consent.place, consent.taken_by.name) == (NUMBER, "phone", "Noor Haddad")
    assert "I can reply STOP at any time" in consent.words
    assert len(twilio.store.newest(9)) == 1
    assert "no agreement" not in text_of(desk.get(page_of(guarantor))).lower()


def test_who_answered_stop_gets_no_text_from_staff_either(desk, owes_by_text, twilio):
    guarantor = owes_by_text()
    note_stop(number=NUMBER, now=NOON)

    assert "answered STOP" in text_of(desk.get(page_of(guarantor)))
    assert desk.post(page_of(guarantor), {"channel": "text"}).status_code == 422
    assert "Answered STOP" in text_of(desk.get(f"/admin/accounts/guarantor/{guarantor.pk}/change/"))
    assert not BalanceNotice.objects.exists()


def test_who_asks_late_in_the_evening_is_awake(desk, owes, practice):
    practice.notices_from = practice.notices_until = dt.time(9)  # no hour is one
    practice.save()

    desk.post(page_of(owes()), {"channel": "email"})
    deliver()

    assert len(mail.outbox) == 1


def test_nobody_without_an_address_or_a_number_gets_one_nor_a_retired_account(desk, group):
    nowhere = GuarantorFactory(group=group, email="", login=False)
    retired = GuarantorFactory(group=group, is_retired=True)

    for guarantor in (nowhere, retired):
        assert desk.post(page_of(guarantor), {"channel": "email"}).status_code == 422
    assert not Message.objects.exists()


def test_only_who_has_the_right_sends_one(client_of, owes):
    guarantor = owes()
    outsider = UserFactory(is_staff=True)

    assert client_of(outsider).post(page_of(guarantor), {"channel": "email"}).status_code == 403
    assert not Message.objects.exists()


def test_the_payment_page_leads_there(client_of, dana, owes):
    guarantor = owes()

    page = client_of(dana).get(f"/admin/desk/payment/{guarantor.pk}/").content.decode()

    assert page_of(guarantor) in page
