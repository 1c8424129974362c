"""A code by text: to the confirmed phone on file, else by email; which it was, no page says."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from notifications.stops import note_start, note_stop
from pops.web.sign_in.limits import TEXTS
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.portal.by_name import say
from tests.portal.reading import text_of
from tests.portal.sign_in_codes import ask, newest_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once", "practice")]

PHONE, NUMBER = "(312) 555-0142", "+13125550142"


@pytest.fixture
def maria(twilio):
    return GuarantorFactory(
        name="Maria Alvarez", account_number="48210", phone=PHONE, phone_confirmed_at=timezone.now()
    )


def texted(twilio):
    """Numbers and codes, newest first."""
    return [(text.to, re.search(r"\d{6}", text.body).group()) for text in twilio.store.newest(99)]


def test_a_code_comes_to_the_phone_on_file_and_signs_in(maria, twilio, settings):
    settings.SITE_URL = "https://pay.example.com"
    client, page = ask(maria.email, by="text")

    ((number, code),) = texted(twilio)
    assert number == NUMBER
    assert mail.outbox == []
    assert twilio.store.newest(1)[0].body.endswith(f"\n\n@pay.example.com #{code}"), "phones fill it in on our page"
    assert "0142" not in text_of(page)
    client.post("/sign-in/code/", {"code": code})
    assert client.session["_auth_user_id"] == str(login_of(maria).pk)


def test_where_no_phone_is_confirmed_it_comes_by_email_and_the_page_says_the_same(maria, twilio):
    others = [
        GuarantorFactory(phone="(312) 555-0143"),
        GuarantorFactory(phone="ext. 12", phone_confirmed_at=timezone.now()),
    ]
    pages = [text_of(ask(one.email, by="text")[1]).replace(one.email, "?") for one in (maria, *others)]

    assert [one.to for one in mail.outbox] == [[one.email] for one in others]
    assert len(texted(twilio)) == 1
    assert len(set(pages)) == 1


def test_who_gets_no_text_has_it_sent_by_email_and_the_other_way_round(maria, twilio):
    client, _ = ask(maria.email, by="text")

    page = client.post("/sign-in/code/", {"action": "resend", "by": "email"}, follow=True)
    assert "Code from the email" in text_of(page)
    assert (len(mail.outbox), len(texted(twilio))) == (1, 1)
    client.post("/sign-in/code/", {"action": "resend", "by": "text"})
    client.post("/sign-in/code/", {"action": "resend"})

    assert len(texted(twilio)) == 3 - 1, "the third in a minute is not sent"
    assert "the text or email" in text_of(client.post("/sign-in/code/", {"code": ""}))


def test_the_door_by_name_sends_to_the_phone_too(maria, twilio):
    client, _ = say({"first": "Maria", "last": "Alvarez", "fact": "48210"}, by="text")

    ((number, code),) = texted(twilio)
    client.post("/sign-in/code/", {"code": code})
    assert number == NUMBER
    assert client.session["_auth_user_id"] == str(login_of(maria).pk)


def test_stop_ends_notices_not_codes(maria, twilio):
    note_stop(number=NUMBER, now=timezone.now())

    ask(maria.email, by="text")

    assert [number for number, _ in texted(twilio)] == [NUMBER]


def test_stop_to_the_sender_of_codes_has_them_come_by_email_until_start(maria, twilio, settings):
    note_stop(number=NUMBER, now=timezone.now())
    twilio.store.set_stopped(settings.TWILIO_CODES_FROM, NUMBER, stopped=True)
    ask(maria.email, by="text")
    assert (texted(twilio), mail.outbox) == ([], []), "Twilio takes none of that sender"

    ask(maria.email, by="text")
    assert [one.to for one in mail.outbox] == [[maria.email]]

    note_start(number=NUMBER, now=timezone.now())
    twilio.store.set_stopped(settings.TWILIO_CODES_FROM, NUMBER, stopped=False)
    ask(maria.email, by="text")
    assert [number for number, _ in texted(twilio)] == [NUMBER]


def test_of_two_with_one_address_both_must_have_the_phone(maria, twilio):
    spouse = GuarantorFactory(name="Luis Alvarez", email=maria.email)
    ask(maria.email, by="text")
    assert texted(twilio) == []
    assert newest_code()

    spouse.phone, spouse.phone_confirmed_at = "312-555-0142", timezone.now()
    spouse.save()
    ask(maria.email, by="text")
    assert [number for number, _ in texted(twilio)] == [NUMBER]


def test_nobody_is_reached_by_the_phone_of_an_account_they_look_after(maria, twilio):
    daughter = GuarantorFactory(phone="")
    link(maria, login_of(daughter))

    ask(daughter.email, by="text")

    assert texted(twilio) == []
    assert mail.outbox[-1].to == [daughter.email]


def test_a_number_gets_so_many_texts_then_mails(maria, twilio):
    allowed = int(TEXTS.anywhere.split("/")[0])
    for n in range(allowed + 1):
        ask(maria.email, by="text", network=f"192.0.2.{n}")

    assert (len(texted(twilio)), len(mail.outbox)) == (allowed, 1)


def test_without_texts_there_is_no_choice(maria, settings):
    settings.TEXTS_ARE_ON = False
    client, page = ask(maria.email, by="text")

    assert len(mail.outbox) == 1
    for shown in (page, client.get("/sign-in/"), client.get("/sign-in/name/")):
        assert "text message" not in text_of(shown).lower()
    client.post("/sign-in/code/", {"action": "resend", "by": "text"})
    assert len(mail.outbox) == 2
