"""Guesses at the door by name are limited, for a name and for a network, and shut nobody else out."""

import pytest
from django.core import mail
from django.test import Client

from tests.factories.accounts import login_of
from tests.portal.by_name import MARIA, say, signs_in
from tests.portal.sign_in_codes import newest_code

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("mail_at_once")
def test_guesses_of_a_fact_are_limited_for_a_name_however_it_is_written(maria):
    spellings = ("Maria", "MARIA", "María", "mari a", "Ma'ria")
    pages = [say({**MARIA, "first": spellings[n % 5], "fact": str(n)})[1] for n in range(11)]

    assert "too often" not in pages[9].content.decode()
    assert "That was too often in a short time. Try again in 60 minutes." in pages[10].content.decode()


@pytest.mark.usefixtures("mail_at_once")
def test_a_stranger_who_guesses_shuts_nobody_out_elsewhere(maria):
    for n in range(11):
        say({**MARIA, "fact": str(n)}, network="198.51.100.1")

    assert signs_in(MARIA) == login_of(maria)


@pytest.mark.usefixtures("mail_at_once")
def test_guesses_from_many_networks_are_limited_and_the_door_by_address_stays_open(maria):
    for n in range(30):
        say({**MARIA, "fact": str(n)}, network=f"198.51.100.{n}")
    assert signs_in(MARIA) is None

    client = Client(REMOTE_ADDR="192.0.2.1")
    client.post("/sign-in/", {"email": "maria@example.com"})

    assert client.post("/sign-in/code/", {"code": newest_code()}).url == "/start/"


@pytest.mark.usefixtures("mail_at_once")
def test_one_network_asks_like_a_machine_and_is_told_to_wait(practice):
    pages = [say({"first": "Guess", "last": f"Number{n}", "fact": "1"})[1] for n in range(21)]

    assert "too often" in pages[20].content.decode()


@pytest.mark.usefixtures("mail_at_once")
def test_a_mailbox_gets_twenty_mails_a_day_by_names_at_most(maria):
    facts = ["48210", "03/01/1984"]
    for n in range(26):
        say({**MARIA, "fact": facts[n % 2]}, network=f"198.51.100.{n}")

    assert len(mail.outbox) == 20
