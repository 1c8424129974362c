"""Guessing a password is limited; neither an office's other people nor the owner elsewhere pay for it."""

import datetime as dt

import pytest
from django.test import Client

from pops.core.access.models import User
from tests.moments import NOON

PASSWORD = "a long sentence for a test"
NEW = "another long sentence"


@pytest.fixture
def dana(practice):
    return User.objects.create_user("dana@example.com", PASSWORD, is_staff=True)


def sign_in(email, password, network="192.0.2.1"):
    return Client(REMOTE_ADDR=network).post("/staff/sign-in/", {"login": email, "password": password})


def guess(email, times, network="192.0.2.1"):
    for _ in range(times):
        answer = sign_in(email, "guess", network)
    return answer.content.decode()


def test_ten_wrong_passwords_shut_the_clerk_out_for_a_true_while(dana, time_machine):
    time_machine.move_to(NOON, tick=False)
    guess(dana.email, 10)
    time_machine.move_to(NOON + dt.timedelta(minutes=2), tick=False)

    assert "Try again in 3 minutes." in guess(dana.email, 1)
    assert sign_in(dana.email, PASSWORD).status_code == 200

    time_machine.move_to(NOON + dt.timedelta(minutes=5, seconds=1), tick=False)
    assert sign_in(dana.email, PASSWORD).status_code == 302


def test_a_colleague_in_the_same_office_signs_in_meanwhile(dana):
    User.objects.create_user("lee@example.com", PASSWORD, is_staff=True)

    guess(dana.email, 15)

    assert sign_in("lee@example.com", PASSWORD).status_code == 302


def test_one_network_cant_go_through_all_accounts(practice, dana):
    for number in range(10):
        guess(f"someone{number}@example.com", 10)

    assert sign_in(dana.email, PASSWORD).status_code == 200


def test_guesses_from_many_networks_are_limited(dana):
    for number in range(4):
        guess(dana.email, 9, f"198.51.100.{number}")

    assert sign_in(dana.email, PASSWORD, "198.51.100.99").status_code == 200


def test_guesses_from_everywhere_dont_shut_the_door_where_the_owner_signed_in(dana):
    sign_in(dana.email, PASSWORD)

    for number in range(4):
        guess(dana.email, 9, f"198.51.100.{number}")

    assert sign_in(dana.email, PASSWORD).status_code == 302


def test_right_passwords_are_not_counted(dana):
    assert [sign_in(dana.email, PASSWORD).status_code for _ in range(15)] == [302] * 15


def change(client, old):
    return client.post("/admin/password_change/", {"old_password": old, "new_password1": NEW, "new_password2": NEW})


def test_the_old_password_cant_be_guessed_for_ever_at_an_open_screen(dana, client_of):
    client = client_of(dana)
    for _ in range(10):
        assert "was entered incorrectly" in change(client, "guess").content.decode()

    assert "Try again in 5 minutes." in change(client, PASSWORD).content.decode()
    dana.refresh_from_db()
    assert dana.check_password(PASSWORD)


def test_staff_change_their_own_password(dana, client_of):
    client = client_of(dana)

    assert change(client, PASSWORD).url == "/admin/password_change/done/"
    dana.refresh_from_db()
    assert dana.check_password(NEW)
    assert client.get("/admin/").status_code == 200
