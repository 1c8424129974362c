"""What guarantors say of themselves: changed on the portal, with history, told in the back office, safe."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.staff import DESK, member
from tests.portal.reading import last_event, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]


@pytest.fixture
def client(eleni, client_of):
    return client_of(eleni)


def test_the_page_says_what_is_known(client):
    text = text_of(client.get("/profile/"))

    for words in (
        "Eleni Papadopoulou",
        "48245",
        "eleni@example.com",
        "(555) 010-3000",
        "not checked",
        "English",
        "not chosen yet",
    ):
        assert words in text


def test_a_preferred_name_is_kept_with_who_and_where(client, eleni, client_of):
    assert client.post("/profile/name/", {"name": " Elenitsa\u202e "}).url == "/profile/"

    eleni.refresh_from_db()
    event, context = last_event(eleni)
    assert eleni.preferred_name == event.preferred_name == "Elenitsa"
    assert (context["user"], context["url"]) == (login_of(eleni).pk, "/profile/name/")
    page = client_of(member(DESK)).get(f"/admin/accounts/guarantor/{eleni.pk}/history/").content.decode()
    assert "Elenitsa" in page
    assert "On the portal" in page


def test_a_name_that_is_too_long_is_refused_and_typed_again(client, eleni):
    answer = client.post("/profile/name/", {"name": "E" * 101})

    assert answer.status_code == 422
    assert "at most 100 characters" in answer.content.decode()
    assert "E" * 101 in answer.content.decode()


def test_how_notices_come_is_kept_with_its_time(client, eleni, time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC), tick=False)
    assert client.post("/profile/notices/", {"channel": "paper"}).url == "/profile/"

    eleni.refresh_from_db()
    assert (eleni.notices_by, eleni.notices_chosen_at) == ("paper", timezone.now())
    assert "Your choice of March 2, 2026" in text_of(client.get("/profile/"))


def test_choosing_the_same_again_is_no_new_consent(client, eleni, time_machine):
    client.post("/profile/notices/", {"channel": "email"})
    eleni.refresh_from_db()
    before = eleni.notices_chosen_at
    client.post("/profile/notices/", {"channel": "email"})

    eleni.refresh_from_db()
    assert eleni.notices_chosen_at == before


def test_texts_are_not_offered_while_there_are_none(client, eleni):
    eleni.phone_confirmed_at = timezone.now()
    eleni.save()

    assert "Text message" not in text_of(client.get("/profile/notices/"))
    assert client.post("/profile/notices/", {"channel": "text"}).status_code == 422
    eleni.refresh_from_db()
    assert eleni.notices_by == ""


def test_email_is_not_offered_to_who_has_none(eleni, client_of):
    mother = GuarantorFactory(email="", login=False)
    link(mother, login_of(eleni))
    client = client_of(eleni)
    client.post("/accounts/switch/", {"account": mother.pk})

    answer = client.post("/profile/notices/", {"channel": "email", "account": mother.pk})

    assert answer.status_code == 422
    assert "Choose one of these ways." in text_of(answer)


def test_the_back_office_tells_it_all(client, eleni, client_of):
    client.post("/profile/name/", {"name": "Elenitsa"})
    client.post("/profile/notices/", {"channel": "paper"})
    client.post("/profile/phone/", {"new_phone": "555 010 4444"})

    page = text_of(client_of(member(DESK)).get(f"/admin/accounts/guarantor/{eleni.pk}/change/"))

    for words in ("Paper, chosen", "555 010 4444", "Decide about the number"):
        assert words in page
