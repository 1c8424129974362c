"""Guarantors sign in with a code by email, staff with a password. Guessing is slowed down."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from pops.core.practice.models import Group
from tests.factories.accounts import UserFactory
from tests.moments import NOON

pytestmark = pytest.mark.usefixtures("mail_at_once", "practice")


def ask_for_code(client, email):
    return client.post("/sign-in/", {"email": email}, follow=True)


def sent_code():
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body).group()


def test_a_guarantor_signs_in_with_an_emailed_code(guarantor):
    client = Client()
    ask_for_code(client, guarantor.email)

    page = client.post("/sign-in/code/", {"code": sent_code()}, follow=True)

    assert [message.to for message in mail.outbox] == [[guarantor.email]]
    assert page.redirect_chain[-1][0] == "/"
    assert page.context["guarantor"] == guarantor


def test_sign_in_leads_back_to_where_one_was_going(guarantor):
    client = Client()
    client.post("/sign-in/?next=/receipts/", {"email": guarantor.email, "next": "/receipts/"})

    answer = client.post("/sign-in/code/", {"code": sent_code(), "next": "/receipts/"})

    assert answer.url == "/receipts/"


def test_sign_in_leads_nowhere_else(guarantor):
    client = Client()
    client.post("/sign-in/", {"email": guarantor.email, "next": "https://evil.example/"})

    answer = client.post("/sign-in/code/", {"code": sent_code(), "next": "https://evil.example/"})

    assert answer.url == "/start/"


def test_an_unknown_address_looks_the_same_and_gets_no_mail(guarantor):
    known = ask_for_code(Client(), guarantor.email)
    unknown = ask_for_code(Client(), "stranger@example.com")

    assert len(mail.outbox) == 1
    assert unknown.status_code == known.status_code == 200
    assert unknown.redirect_chain == known.redirect_chain


def test_an_empty_address_is_asked_for(db):
    assert "Enter your email address." in ask_for_code(Client(), "").content.decode()


def test_staff_sign_in_with_a_password_and_set_up_their_authenticator(db):
    staff = UserFactory(is_staff=True, email="dana@example.com")
    staff.set_password("a long and good one")
    staff.save()
    client = Client()

    answer = client.post("/staff/sign-in/", {"login": "dana@example.com", "password": "a long and good one"})

    assert answer.url == "/admin/"
    assert client.get("/admin/").url == "/staff/authenticator/"


def test_the_admin_asks_staff_to_sign_in_at_the_staff_door(db):
    assert Client().get("/admin/", follow=True).redirect_chain[-1][0] == "/staff/sign-in/?next=/admin/"


def test_staff_who_sign_out_stand_at_the_staff_door_again(db, client_of):
    client = client_of(UserFactory(is_staff=True))
    assert client.get("/admin/").status_code == 200

    answer = client.post("/admin/logout/")

    assert answer.url == "/staff/sign-in/"
    assert client.get("/admin/").status_code == 302


def test_a_guarantor_has_no_back_office(guarantor, client_of):
    assert client_of(guarantor).get("/admin/", follow=True).status_code == 403


def test_nobody_can_sign_up(db):
    assert Client().get("/sign-up/").status_code == 410


@pytest.mark.parametrize("email", ["", "no address", "a@b\nBcc: c@example.com"])
def test_what_is_no_address_is_refused(db, email):
    assert Client().post("/sign-in/", {"email": email}).status_code == 200
    assert not mail.outbox


def test_staff_get_no_code(db):
    staff = UserFactory(is_staff=True)

    answer = ask_for_code(Client(), staff.email)

    assert answer.redirect_chain[-1][0] == "/sign-in/code/"
    assert not mail.outbox


def test_a_mistyped_address_can_be_corrected(guarantor):
    client = Client()
    page = ask_for_code(client, "wrong@example.com").content.decode()
    assert 'action="/sign-out/"' in page

    client.post("/sign-out/")
    ask_for_code(client, guarantor.email)

    assert client.post("/sign-in/code/", {"code": sent_code()}).url == "/start/"


def test_a_session_lasts_while_it_is_used(guarantor, client_of, time_machine):
    time_machine.move_to(NOON, tick=False)
    client = client_of(guarantor)
    for minutes in (20, 40, 60):
        time_machine.move_to(NOON + dt.timedelta(minutes=minutes), tick=False)
        assert client.get("/").status_code == 200

    time_machine.move_to(NOON + dt.timedelta(minutes=95), tick=False)
    assert client.get("/").status_code == 302


def test_signed_in_pages_are_not_kept_by_the_browser(guarantor, client_of, pay):
    client = client_of(guarantor)
    for address in ("/", "/pay/", "/receipts/", f"/receipts/{pay(guarantor).number}/"):
        assert "no-store" in client.get(address).headers["Cache-Control"]


@pytest.mark.parametrize(("landing", "address"), [("home", "/"), ("statements", "/statements/"), ("pay", "/pay/")])
def test_signing_in_at_the_front_door_leads_to_the_groups_landing_page(guarantor, landing, address):
    Group.objects.update(landing_page=landing)
    client = Client()
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/sign-in/"

    ask_for_code(client, guarantor.email)
    page = client.post("/sign-in/code/", {"code": sent_code()}, follow=True)

    assert page.redirect_chain[-1][0] == address


def test_a_link_to_a_page_beats_the_landing_page_and_survives_sign_in(guarantor, pay):
    Group.objects.update(landing_page="pay")
    wanted = f"/receipts/{pay(guarantor).number}/"
    client = Client()
    door = client.get(wanted).url

    client.post(door, {"email": guarantor.email, "next": wanted}, follow=True)
    page = client.post("/sign-in/code/", {"code": sent_code(), "next": wanted}, follow=True)

    assert page.redirect_chain[-1][0] == wanted


def test_an_address_that_is_too_long_for_one_is_refused_in_words(client, practice):
    answer = client.post("/sign-in/", {"email": f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.example.com"})

    assert answer.status_code == 200
    assert "This is too long for an email address." in answer.content.decode()
