"""An authenticator's code: good a little early and a little late, once, and not to be guessed."""

import datetime as dt

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from pops.core.access.models import User
from tests.moments import NOON

PASSWORD = "a long sentence for a test"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DOOR = "/staff/sign-in/authenticator/"


@pytest.fixture
def dana(practice, time_machine):
    time_machine.move_to(NOON, tick=False)
    dana = User.objects.create_user("dana@example.com", PASSWORD, is_staff=True)
    TOTP.activate(dana, SECRET)
    return dana


def code_at(moment):
    return format_hotp_value(hotp_value(SECRET, int(moment.timestamp()) // 30))


def at_the_authenticator(network="192.0.2.1"):
    client = Client(REMOTE_ADDR=network)
    client.post("/staff/sign-in/", {"login": "dana@example.com", "password": PASSWORD})
    return client


@pytest.mark.parametrize("seconds", [-30, -2, 0, 20, 30])
def test_one_step_early_or_late_is_right(dana, seconds):
    assert at_the_authenticator().post(DOOR, {"code": code_at(NOON + dt.timedelta(seconds=seconds))}).status_code == 302


@pytest.mark.parametrize("seconds", [-31, 60])
def test_two_steps_are_too_many(dana, seconds):
    assert at_the_authenticator().post(DOOR, {"code": code_at(NOON + dt.timedelta(seconds=seconds))}).status_code == 200


def test_a_code_is_good_for_once_as_long_as_it_is_good(dana, time_machine):
    code = code_at(NOON + dt.timedelta(seconds=30))
    assert at_the_authenticator().post(DOOR, {"code": code}).status_code == 302

    time_machine.move_to(NOON + dt.timedelta(seconds=59), tick=False)
    cache.delete(TOTP(dana.authenticator_set.get())._get_used_cache_key(code))  # Redis forgets by a clock of its own
    page = at_the_authenticator().post(DOOR, {"code": f"{code[:3]} {code[3:]}"})

    assert "This code was used before. Wait for the next one." in page.content.decode()


def guess(times, network):
    client = at_the_authenticator(network)
    for _ in range(times):
        page = client.post(DOOR, {"code": "12345"})
    return page.content.decode()


def test_guessing_is_limited_and_says_how_long(dana):
    assert "Try again in 5 minutes." in guess(11, "198.51.100.1")


def test_guessing_from_many_networks_is_limited_too(dana):
    for number in range(4):
        guess(9, f"198.51.100.{number}")

    assert "Try again in 5 minutes." in guess(1, "198.51.100.99")


def test_guessing_stays_limited_by_the_day(dana, time_machine):
    for hour in range(4):
        time_machine.move_to(NOON + dt.timedelta(hours=hour), tick=False)
        for number in range(3):
            guess(9, f"198.51.100.{10 * hour + number}")

    assert "Try again in 21 hours." in guess(1, "198.51.100.99")


def test_guesses_elsewhere_dont_shut_the_owner_out(dana):
    at_the_authenticator().post(DOOR, {"code": code_at(NOON)})
    for number in range(4):
        guess(9, f"198.51.100.{number}")

    assert at_the_authenticator().post(DOOR, {"code": code_at(NOON + dt.timedelta(seconds=30))}).status_code == 302
