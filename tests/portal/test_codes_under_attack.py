"""No stranger shuts a guarantor's door by asking for codes, nor fills their mailbox, nor guesses for ever."""

import datetime as dt

import pytest
from django.core import mail
from django.test import Client

from tests.moments import NOON
from tests.portal.sign_in_codes import ask, newest_code, wrong_code

pytestmark = pytest.mark.usefixtures("mail_at_once")


def strangers_ask(email, times):
    for number in range(times):
        ask(email, network=f"198.51.100.{number % 250}")


def test_a_strangers_requests_leave_the_owner_a_code_that_works(guarantor):
    strangers_ask(guarantor.email, 25)

    client, page = ask(guarantor.email)

    assert "use the newest email from us" in page.content.decode()
    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_an_owner_who_asks_after_the_strangers_codes_ran_out_gets_one(guarantor, time_machine):
    time_machine.move_to(NOON)
    strangers_ask(guarantor.email, 25)
    sent = len(mail.outbox)

    time_machine.move_to(NOON + dt.timedelta(minutes=16))
    client, _ = ask(guarantor.email)

    assert len(mail.outbox) == sent + 1
    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_the_newest_mail_works_whoever_asked_for_it(guarantor):
    client, _ = ask(guarantor.email)
    ask(guarantor.email, network="198.51.100.1")

    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_mails_are_limited_by_the_day_however_many_networks_ask(guarantor, time_machine):
    for hour in range(23):
        time_machine.move_to(NOON + dt.timedelta(hours=hour))
        strangers_ask(guarantor.email, 10 if hour < 2 else 2)  # then one more than is mailed

    assert len(mail.outbox) == 20 + 21  # and one an hour, as none worked any more


def test_one_network_gets_three_mails_a_minute(guarantor):
    for _ in range(5):
        ask(guarantor.email)

    assert len(mail.outbox) == 3


def test_a_code_signs_in_once(guarantor):
    first, _ = ask(guarantor.email)
    second, _ = ask(guarantor.email)
    code = newest_code()

    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    assert second.post("/sign-in/code/", {"code": code}).status_code == 200


def test_asking_like_a_machine_says_how_long_to_wait(guarantor, time_machine):
    time_machine.move_to(NOON, tick=False)
    for number in range(20):
        ask(f"someone{number}@example.com")
    time_machine.move_to(NOON + dt.timedelta(seconds=20), tick=False)

    _, page = ask(guarantor.email)

    assert "That was too often in a short time. Try again in 40 seconds." in page.content.decode()


def test_guessing_codes_is_limited_in_one_network(guarantor):
    for _ in range(4):
        client, _ = ask(guarantor.email)
        for _ in range(3):
            page = client.post("/sign-in/code/", {"code": wrong_code()})

    assert "Try again in 60 minutes." in page.content.decode()
    client, _ = ask(guarantor.email)
    assert client.post("/sign-in/code/", {"code": newest_code()}).status_code == 200


def guess_from_everywhere(email, times):
    for number in range(times // 3):
        client, _ = ask(email, network=f"198.51.100.{number}")
        for _ in range(3):
            client.post("/sign-in/code/", {"code": wrong_code()})


def test_guessing_codes_from_many_networks_is_limited_too(guarantor):
    guess_from_everywhere(guarantor.email, 33)

    client, _ = ask(guarantor.email, network="198.51.100.200")
    assert client.post("/sign-in/code/", {"code": newest_code()}).status_code == 200


def test_guesses_of_strangers_dont_count_where_the_owner_signed_in_before(guarantor):
    client, _ = ask(guarantor.email)
    client.post("/sign-in/code/", {"code": newest_code()})
    client.post("/sign-out/")
    guess_from_everywhere(guarantor.email, 33)

    client, _ = ask(guarantor.email)

    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_nobodys_address_opens_nothing(guarantor):
    client, _ = ask("stranger@example.com")

    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    assert Client().get("/sign-in/code/").status_code == 302
