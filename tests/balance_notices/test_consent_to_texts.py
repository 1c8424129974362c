"""Notices by text are chosen on the Profile page: with the words that were shown, kept with when and from where."""

import html

import pytest
from django.utils import timezone

from notifications.stops import note_stop
from pops.balance_notices.consent import get_consent_words
from pops.balance_notices.models import TextConsent
from tests.balance_notices.agreeing import NUMBER, PHONE
from tests.factories.accounts import GuarantorFactory, login_of
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio", "practice")]

PAGE = "/profile/notices/"


@pytest.fixture
def maria(group):
    return GuarantorFactory(group=group, phone=PHONE, phone_confirmed_at=timezone.now())


def by_text(guarantor):
    """What the page sends that shows this guarantor's words."""
    return {"channel": "text", "agrees": get_consent_words(guarantor)}


def test_the_words_that_were_shown_are_kept(maria, client_of):
    client = client_of(maria)
    shown = text_of(client.get(PAGE))
    before = timezone.now()

    assert client.post(PAGE, by_text(maria)).url == "/profile/"
    client.post(PAGE, by_text(maria))

    maria.refresh_from_db()
    consent = TextConsent.objects.get()
    assert maria.notices_by == "text"
    assert consent.words in html.unescape(shown)
    assert "Lakeside Family Medicine texts me about my bill at (312) 555-0142" in consent.words
    assert (consent.phone, consent.number, consent.place) == (PHONE, NUMBER, "profile")
    assert (consent.network, consent.taken_by) == ("127.0.0.1", login_of(maria))
    assert consent.given_at > before


def test_without_agreeing_nothing_is_chosen(maria, client_of):
    answer = client_of(maria).post(PAGE, {"channel": "text"})

    assert answer.status_code == 422
    assert "Tick that you agree" in text_of(answer)
    maria.refresh_from_db()
    assert maria.notices_by == ""
    assert not TextConsent.objects.exists()


def test_words_that_the_page_did_not_show_are_agreed_to_by_nobody(maria, client_of):
    shown = by_text(maria)
    maria.phone = "(312) 555-0143"  # in another window, or at the desk
    maria.save()

    answer = client_of(maria).post(PAGE, shown)

    assert answer.status_code == 422
    assert "What you agree to has changed" in text_of(answer)
    assert not TextConsent.objects.exists()


def test_another_number_needs_another_consent(maria, client_of):
    client = client_of(maria)
    client.post(PAGE, by_text(maria))
    maria.phone = "(312) 555-0143"
    maria.save()

    client.post(PAGE, by_text(maria))

    assert list(TextConsent.objects.order_by("pk").values_list("number", flat=True)) == [NUMBER, "+13125550143"]


@pytest.mark.parametrize("lacks", ["a confirmed phone", "a number", "the option", "texts"])
def test_it_is_not_offered_without(maria, client_of, group, settings, lacks):
    settings.TEXTS_ARE_ON, group.text_notices = lacks != "texts", lacks != "the option"
    group.save()
    maria.phone = "" if lacks == "a number" else PHONE
    maria.phone_confirmed_at = None if lacks == "a confirmed phone" else timezone.now()
    maria.save()
    client = client_of(maria)

    assert "Text message" not in text_of(client.get(PAGE))
    assert client.post(PAGE, by_text(maria)).status_code == 422
    maria.refresh_from_db()
    assert maria.notices_by == ""


def test_who_answered_stop_is_told_to_answer_start(maria, client_of):
    words = "(312) 555-0142 answered STOP. Texts go there again once it answers START to (312) 555-0100."
    client = client_of(maria)
    client.post(PAGE, by_text(maria))
    assert words not in text_of(client.get("/profile/"))
    note_stop(number=NUMBER, now=timezone.now())

    page = text_of(client.get(PAGE))

    assert "Text message" not in page
    assert words in page
    assert words in text_of(client.get("/profile/"))
