"""A phone is confirmed by the code that is texted to it: only by its guarantor, in time, in few tries."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.logins.models import PhoneChange
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.portal.reading import last_event, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]

PHONE, NUMBER = "(312) 555-0142", "+13125550142"


@pytest.fixture
def client(eleni, client_of):
    return client_of(eleni)


def ask(client, phone=PHONE):
    return client.post("/profile/phone/", {"new_phone": phone, "way": "text"})


def code_from_text(twilio):
    deliver_due(lane=Message.Lane.URGENT, channel=Message.Channel.TEXT, seconds=5)
    text = twilio.store.newest(1)[0]
    assert text.to == NUMBER
    return re.search(r"\b\d{6}\b", text.body).group()


def test_the_code_from_the_text_makes_the_number_theirs(client, eleni, twilio):
    assert ask(client).url == "/profile/phone/code/"
    assert "Enter the code" in text_of(client.get("/profile/"))
    assert client.post("/profile/phone/code/", {"code": code_from_text(twilio)}).url == "/profile/"

    eleni.refresh_from_db()
    assert (eleni.phone, eleni.phone_confirmed_at is not None) == (PHONE, True)
    event, context = last_event(eleni)
    assert (event.phone, context["user"]) == (PHONE, login_of(eleni).pk)
    assert PhoneChange.objects.get().state == "confirmed"
    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    assert mail.outbox[-1].to == [eleni.email], "the address on file is told"
    assert "0142" not in mail.outbox[-1].body


def test_the_number_on_file_is_confirmed_the_same_way_once(client, eleni, twilio):
    eleni.phone = "312-555-0142"
    eleni.save()
    assert 'value="312-555-0142"' in client.get("/profile/phone/").content.decode()
    ask(client, eleni.phone)
    client.post("/profile/phone/code/", {"code": code_from_text(twilio)})

    answer = ask(client, PHONE)

    assert answer.status_code == 422
    assert "confirmed already" in text_of(answer)


@pytest.mark.parametrize("typed", ["", " ", "abc"])
def test_no_number_is_said_at_once_and_keeps_nobody_from_their_code(client, client_of, typed):
    others = [client_of(GuarantorFactory()) for _ in range(2)]
    for one in (*others * 4, client):
        answer = ask(one, typed)

    assert answer.status_code == 422
    assert "Enter a phone number with its area code, for example (555) 010-2000." in text_of(answer)
    assert ask(client).url == "/profile/phone/code/"


def test_five_wrong_codes_end_it(client, eleni, twilio):
    ask(client)
    code = code_from_text(twilio)
    wrong = "111111" if code == "000000" else "000000"
    answers = [client.post("/profile/phone/code/", {"code": wrong}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [422] * 4 + [302]
    assert "Check the newest text" in text_of(answers[0])
    assert client.post("/profile/phone/code/", {"code": code}).url == "/profile/"
    eleni.refresh_from_db()
    assert eleni.phone != PHONE


def test_a_code_works_for_a_quarter_of_an_hour(client, eleni, twilio, time_machine):
    ask(client)
    code = code_from_text(twilio)
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=16))

    client.post("/profile/phone/code/", {"code": code})

    eleni.refresh_from_db()
    assert eleni.phone != PHONE


@pytest.mark.parametrize(
    ("phone", "words"),
    [("(312) 555-0142 x7", "Enter a mobile number"), ("555 010 4444", "Enter a mobile number"), ("", "area code")],
)
def test_a_number_that_takes_no_text_is_called_instead(client, phone, words):
    answer = ask(client, phone)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Have the practice call me" in text_of(answer)


def test_nobody_gives_an_account_they_look_after_their_own_phone(eleni, client_of):
    mother = GuarantorFactory(name="Despina Papadopoulou")
    link(mother, login_of(eleni))
    client = client_of(eleni)
    client.post("/accounts/switch/", {"account": mother.pk})

    answer = client.post("/profile/phone/", {"new_phone": PHONE, "way": "text", "account": mother.pk})

    assert answer.status_code == 422
    assert "Only Despina Papadopoulou" in text_of(answer)
    assert "Text me a code" not in text_of(client.get("/profile/phone/"))


def test_the_desk_is_not_asked_to_call_a_number_that_got_a_code(client, staff_user, client_of):
    ask(client)

    assert "gave a new phone number" not in client_of(staff_user).get("/admin/").content.decode()
    page = f"/admin/desk/phones/{PhoneChange.objects.get().pk}/"
    assert "Use the number" not in text_of(client_of(staff_user).get(page))


def test_codes_to_a_number_are_limited_whoever_asks(client, eleni, client_of):
    answers = [ask(client).status_code for _ in range(5)]
    other = client_of(GuarantorFactory())
    answers += [ask(other).status_code for _ in range(2)]

    assert answers == [302] * 6 + [422]
