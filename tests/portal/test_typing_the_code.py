"""The page for the code: what it says after wrong ones and late ones, and that it keeps the address."""

import datetime as dt

import pytest
from django.core import mail

from tests.moments import NOON
from tests.portal.sign_in_codes import ask, newest_code, wrong_code

pytestmark = pytest.mark.usefixtures("mail_at_once")

WORN_OUT = "That code no longer works. Get a new one."


def test_three_wrong_codes_end_the_code_and_keep_the_address(guarantor):
    client, _ = ask(guarantor.email)
    code = newest_code()

    answers = [client.post("/sign-in/code/", {"code": wrong_code()}).content.decode() for _ in range(3)]

    assert "That is not the code we sent." in answers[1]
    assert WORN_OUT in answers[2]
    assert guarantor.email in answers[2]
    assert "Send a new code" in answers[2]
    assert 'name="code"' not in answers[2]
    assert client.post("/sign-in/code/", {"code": code}).status_code == 200


def test_a_new_code_is_sent_to_the_same_address_and_works(guarantor):
    client, _ = ask(guarantor.email)
    for _ in range(3):
        client.post("/sign-in/code/", {"code": wrong_code()})

    page = client.post("/sign-in/code/", {"action": "resend"}, follow=True)

    assert "We sent a new code." in page.content.decode()
    assert [message.to for message in mail.outbox] == [[guarantor.email]] * 2
    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_a_code_that_is_too_old_says_so_and_keeps_the_address(guarantor, time_machine):
    time_machine.move_to(NOON)
    client, _ = ask(guarantor.email)

    time_machine.move_to(NOON + dt.timedelta(minutes=16))
    page = client.post("/sign-in/code/", {"code": newest_code()}).content.decode()

    assert WORN_OUT in page
    assert guarantor.email in page


def test_a_new_code_works_for_its_own_fifteen_minutes(guarantor, time_machine):
    time_machine.move_to(NOON)
    client, _ = ask(guarantor.email)
    time_machine.move_to(NOON + dt.timedelta(minutes=20))
    client.post("/sign-in/code/", {"action": "resend"})

    time_machine.move_to(NOON + dt.timedelta(minutes=34))

    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_a_new_code_keeps_where_one_was_going(guarantor):
    client, _ = ask(guarantor.email)

    answer = client.post("/sign-in/code/", {"action": "resend", "next": "/receipts/"})

    assert answer.url == "/sign-in/code/?next=%2Freceipts%2F"


def test_an_empty_code_is_asked_for_and_is_no_guess(guarantor):
    client, _ = ask(guarantor.email)

    pages = [client.post("/sign-in/code/", {"code": ""}).content.decode() for _ in range(4)]

    assert "Enter the code from the email." in pages[-1]
    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


def test_phones_show_digits_and_offer_the_code(guarantor):
    _, page = ask(guarantor.email)

    field = page.content.decode().partition('name="code"')[2].partition(">")[0]
    for attribute in ('inputmode="numeric"', 'autocomplete="one-time-code"', 'autocapitalize="none"'):
        assert attribute in field
