"""A new address is confirmed by its reader before it is used; the old one is told; the login follows; sessions end."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from notifications.models import Message
from pops.core.refusals import Refused
from pops.logins.addresses import find_change, find_open_change, withdraw_email_change
from pops.logins.models import EmailChange
from pops.logins.notices import make_token
from receipts.notices import messages_of
from tests.factories.accounts import GuarantorFactory, login_of
from tests.factories.staff import DESK, member
from tests.logins.changing import NEW, OLD, ask, confirm, link_in, send_mail, signs_in
from tests.moments import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once", "at_noon")]


@pytest.fixture
def dana(practice):
    return member(DESK, name="Dana Whitfield")


def test_nothing_changes_until_it_is_confirmed(change, eleni, client_of, pay):
    eleni.refresh_from_db()

    assert eleni.email == OLD
    assert signs_in(OLD)
    assert not signs_in(NEW)
    assert client_of(eleni).get("/").status_code == 200
    assert messages_of(pay(eleni)).get().to == OLD


def test_the_new_address_gets_a_link_and_the_old_one_a_word(change):
    sent = send_mail()

    assert set(sent) == {OLD, NEW}
    assert sent[NEW].subject == "Confirm your email address for Lakeside Family Medicine"
    assert "another email address" in sent[OLD].body
    assert "/new-address/" not in sent[OLD].body
    assert NEW not in sent[OLD].body, "who shares the old mailbox is not told the new one"
    assert OLD not in sent[NEW].body


def test_the_mails_name_nobody(change, eleni):
    confirm(change)
    for message in send_mail().values():
        for part in (message.body, message.alternatives[0].content):
            for secret in ("Eleni", "Papadopoulou", "48245", "1975"):
                assert secret not in part


def test_confirming_uses_it_for_sign_in_and_receipts(change, eleni, pay):
    client = Client()
    address = link_in(send_mail()[NEW])
    assert "Confirm your address" in client.get(address).content.decode()
    assert find_change(make_token(change), now=NOON), "looking changes nothing"

    assert client.post(address, {"fact": "08/30/1975"}).url == "/sign-in/"

    eleni.refresh_from_db()
    assert (eleni.email, login_of(eleni).email) == (NEW, NEW)
    assert signs_in(NEW)
    assert not signs_in(OLD)
    assert messages_of(pay(eleni)).get().to == NEW


def test_the_old_address_is_told_when_it_is_done(change):
    send_mail()
    confirm(change)

    sent = send_mail()

    assert sent[OLD].subject == "Your email address at Lakeside Family Medicine was changed"
    assert set(sent) == {OLD}


def test_the_address_that_is_on_file_by_then_is_told(change, eleni):
    send_mail()
    eleni.email = "imported@example.com"
    eleni.save()
    confirm(change)

    assert set(send_mail()) == {"imported@example.com"}
    assert login_of(eleni).email == NEW


def test_open_sessions_end(change, eleni, client_of):
    browsers = [client_of(eleni), client_of(eleni)]
    stranger = client_of(GuarantorFactory())
    assert {browser.get("/").status_code for browser in browsers} == {200}

    confirm(change)

    assert [browser.get("/receipts/").status_code for browser in browsers] == [302, 302]
    assert stranger.get("/").status_code == 200


def test_a_code_that_was_sent_to_the_old_address_opens_nothing_any_more(change, eleni):
    client = Client()
    client.post("/sign-in/", {"email": OLD})
    code = re.search(r"\b\d{6}\b", mail.outbox[-1].body).group()
    confirm(change)

    assert client.post("/sign-in/code/", {"code": code}).url == "/sign-in/"
    assert client.get("/receipts/").status_code == 302


def test_who_reads_a_mistyped_address_can_not_confirm_it(change, eleni):
    address = link_in(send_mail()[NEW])
    for _ in range(EmailChange.GUESSES):
        assert Client().post(address, {"fact": "01/01/1990"}).status_code == 200

    assert Client().post(address, {"fact": "48245"}).status_code == 404
    eleni.refresh_from_db()
    assert eleni.email == OLD
    assert signs_in(OLD)


def test_a_wrong_fact_is_told_and_a_right_one_still_works(change):
    address = link_in(send_mail()[NEW])

    assert "That opens no account." in Client().post(address, {"fact": "48217"}).content.decode()
    assert Client().post(address, {"fact": "48245"}).status_code == 302


def test_a_link_works_once(change):
    address = link_in(send_mail()[NEW])
    confirm(change)

    assert Client().get(address).status_code == 404
    with pytest.raises(Refused):
        confirm(change)


def test_a_link_works_for_three_days(change, time_machine):
    address = link_in(send_mail()[NEW])
    time_machine.move_to(NOON + dt.timedelta(days=3), tick=False)

    assert Client().get(address).status_code == 404
    assert Client().post(address, {"fact": "48245"}).status_code == 404
    with pytest.raises(Refused):
        confirm(change, now=NOON + dt.timedelta(days=3))


@pytest.mark.parametrize("token", ["x", "1:x", "0", "%00", "1"])
def test_a_forged_link_is_as_one_that_no_longer_works(change, token):
    assert Client().get(f"/new-address/{token}/").status_code == 404


def test_guesses_of_a_network_are_limited_over_all_links(eleni, dana):
    for n in range(4):
        address = f"/new-address/{make_token(ask(eleni, dana, f'eleni{n}@example.com'))}/"
        for _ in range(5):
            Client().post(address, {"fact": "x"})
    address = f"/new-address/{make_token(ask(eleni, dana))}/"

    assert "That was too often" in Client().post(address, {"fact": "48245"}).content.decode()
    assert Client(REMOTE_ADDR="192.0.2.7").post(address, {"fact": "48245"}).url == "/sign-in/"


def test_a_second_change_replaces_the_first(change, eleni, dana):
    second = ask(eleni, dana, "eleni.third@example.com")

    assert find_change(make_token(change), now=NOON) is None
    assert find_open_change(eleni, now=NOON) == second
    sent = send_mail()
    assert NEW not in sent, "no link that works no more is sent"
    assert Message.objects.get(to=NEW).why == "The change was over before the mail was sent"


def test_a_withdrawn_change_comes_to_nothing(change, eleni):
    withdraw_email_change(guarantor_id=eleni.pk, now=NOON)

    assert find_open_change(eleni, now=NOON) is None
    with pytest.raises(Refused):
        confirm(change)
    with pytest.raises(Refused):
        withdraw_email_change(guarantor_id=eleni.pk, now=NOON)


@pytest.mark.parametrize("same", [OLD, OLD.upper(), f" {OLD} "])
def test_the_same_address_is_no_change(eleni, dana, same):
    with pytest.raises(Refused, match="on file already"):
        ask(eleni, dana, same)


def test_a_first_address_makes_a_login(dana):
    grace = GuarantorFactory(name="Grace Lindqvist", account_number="48259", email="", login=False)
    change = ask(grace, dana)
    assert set(send_mail()) == {NEW}, "there is no old address to tell"

    confirm(change, "48259")

    assert login_of(grace).email == NEW
    assert signs_in(NEW)
    assert send_mail() == {}
