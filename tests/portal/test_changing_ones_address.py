"""A guarantor changes their email address on the portal: a code at the new one, word at the old one."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.logins.addresses import change_email, find_change, find_open_change
from pops.logins.models import EmailChange
from pops.logins.notices import make_code, make_token
from pops.web.portal.profile.email import OVER, WRONG
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.staff import DESK, member
from tests.portal.reading import last_event, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

OLD, NEW = "eleni@example.com", "eleni.new@example.com"


@pytest.fixture
def client(eleni, client_of):
    return client_of(eleni)


def send_mail():
    """All that waits, by address."""
    mail.outbox.clear()
    for lane in Message.Lane:
        deliver_due(lane=lane, seconds=5)
    return {message.to[0]: message for message in mail.outbox}


def test_nothing_changes_until_the_code_is_typed(client, eleni):
    assert client.post("/profile/email/", {"new_email": NEW}).url == "/profile/email/code/"
    sent = send_mail()

    eleni.refresh_from_db()
    assert (eleni.email, login_of(eleni).email) == (OLD, OLD)
    assert set(sent) == {OLD, NEW}
    assert "another email address" in sent[OLD].body
    assert NEW not in sent[OLD].body
    assert OLD not in sent[NEW].body
    assert "waits to be confirmed" in text_of(client.get("/profile/"))


def test_the_code_from_the_mail_is_what_counts_and_the_login_follows(client, eleni, client_of):
    elsewhere = client_of(eleni)
    client.post("/profile/email/", {"new_email": NEW})
    code = re.search(r"\b\d{6}\b", send_mail()[NEW].body).group()

    assert client.post("/profile/email/code/", {"code": f" {code[:3]} {code[3:]} "}).url == "/profile/"

    eleni.refresh_from_db()
    assert (eleni.email, login_of(eleni).email) == (NEW, NEW)
    assert eleni.email_confirmed_at
    assert client.get("/profile/").status_code == 200, "who changed it stays signed in"
    assert elsewhere.get("/profile/").status_code == 302, "others are signed out"
    assert send_mail()[OLD].subject == "Your email address at Lakeside Family Medicine was changed"
    _, context = last_event(eleni)
    assert (context["user"], context["reason"]) == (login_of(eleni).pk, "On the portal, on the Profile page")


def test_the_mail_with_the_code_names_nobody(client):
    client.post("/profile/email/", {"new_email": NEW})
    message = send_mail()[NEW]

    for part in (message.body, message.alternatives[0].content):
        for secret in ("Eleni", "Papadopoulou", "48245", OLD):
            assert secret not in part


def test_a_wrong_code_is_counted_and_five_end_it(client, eleni):
    client.post("/profile/email/", {"new_email": NEW})
    change = find_open_change(eleni, now=timezone.now())
    wrong = "000000" if make_code(change) != "000000" else "111111"

    answers = [client.post("/profile/email/code/", {"code": wrong}) for _ in range(5)]

    assert WRONG in text_of(answers[3])
    assert answers[3].status_code == 422
    assert answers[4].url == "/profile/email/"
    assert OVER in text_of(client.get("/profile/email/"))
    assert client.post("/profile/email/code/", {"code": make_code(change)}).url == "/profile/"
    eleni.refresh_from_db()
    assert eleni.email == OLD


def test_a_code_works_for_an_hour(client, eleni, time_machine):
    client.post("/profile/email/", {"new_email": NEW})
    change = EmailChange.objects.get()
    change_at = change.asked_at

    assert change.is_open(change_at + dt.timedelta(minutes=59))
    assert not change.is_open(change_at + dt.timedelta(minutes=60))


def test_another_address_replaces_the_first_and_its_code(client, eleni):
    client.post("/profile/email/", {"new_email": NEW})
    first = make_code(EmailChange.objects.get())
    client.post("/profile/email/", {"new_email": "third@example.com"})

    assert client.post("/profile/email/code/", {"code": first}).status_code == 422
    assert set(send_mail()) == {OLD, "third@example.com"}, "the first code is not even sent"


def test_no_link_confirms_what_is_confirmed_by_a_code(client):
    client.post("/profile/email/", {"new_email": NEW})

    assert find_change(make_token(EmailChange.objects.get()), now=timezone.now()) is None


def test_a_change_that_staff_asked_for_is_not_confirmed_here(client, eleni):
    change = change_email(guarantor_id=eleni.pk, new_email=NEW, reason="By phone", now=timezone.now(), by=member(DESK))

    assert client.post("/profile/email/code/", {"code": make_code(change)}).url == "/profile/"
    assert "Enter the code" not in text_of(client.get("/profile/"))
    eleni.refresh_from_db()
    assert eleni.email == OLD


def test_it_can_be_taken_back(client, eleni):
    client.post("/profile/email/", {"new_email": NEW})

    assert client.post("/profile/email/withdraw/").url == "/profile/"
    assert find_open_change(eleni, now=timezone.now()) is None


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Enter your new email address."),
        ("nowhere", "such as name@example.com"),
        ("ELENI@example.com", "already"),
        (f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.example.com", "at most 254 characters"),
    ],
)
def test_what_is_no_new_address_is_refused(client, email, words):
    answer = client.post("/profile/email/", {"new_email": email})

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not EmailChange.objects.exists()


def test_mails_to_addresses_that_are_typed_in_are_limited(client):
    answers = [client.post("/profile/email/", {"new_email": f"someone{n}@example.com"}) for n in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [422]
    assert "too often" in text_of(answers[5])


def test_the_account_in_hand_is_changed_and_no_other(eleni, client_of):
    """A mother's account, which her daughter alone opens: no login follows, the daughter's own address stays."""
    mother = GuarantorFactory(name="Odette", email="odette@example.com", login=False)
    link(mother, login_of(eleni))
    client = client_of(eleni)
    client.post("/accounts/switch/", {"account": mother.pk})
    client.post("/profile/email/", {"new_email": NEW, "account": mother.pk})
    client.post("/profile/email/code/", {"code": make_code(EmailChange.objects.get()), "account": mother.pk})

    mother.refresh_from_db()
    eleni.refresh_from_db()
    assert (mother.email, eleni.email, login_of(eleni).email) == (NEW, OLD, OLD)
    assert client.get("/profile/").status_code == 200


def test_what_somebody_else_signs_in_with_can_not_be_changed(eleni, client_of):
    mother = GuarantorFactory(name="Odette", email="odette@example.com")
    link(mother, login_of(eleni))
    client = client_of(eleni)
    client.post("/accounts/switch/", {"account": mother.pk})

    answer = client.post("/profile/email/", {"new_email": NEW, "account": mother.pk})

    assert answer.status_code == 422
    assert "Odette signs in with this address" in text_of(answer)
    assert not EmailChange.objects.exists()


def test_an_account_that_follows_is_named_before(eleni, client_of):
    mother = GuarantorFactory(name="Odette Beaumont", email=OLD, login=False)
    link(mother, login_of(eleni))
    client = client_of(eleni)
    client.post("/accounts/switch/", {"account": eleni.pk})

    assert "Odette Beaumont" in text_of(client.get("/profile/email/"))
    client.post("/profile/email/", {"new_email": NEW, "account": eleni.pk})
    client.post("/profile/email/code/", {"code": make_code(EmailChange.objects.get()), "account": eleni.pk})

    mother.refresh_from_db()
    assert mother.email == NEW


def test_a_spouses_address_stays_and_is_not_named(eleni, client_of, client):
    spouse = GuarantorFactory(name="Ilias", email=OLD)
    page = text_of(client.get("/profile/email/"))
    assert "Ilias" not in page
    assert "Theirs keeps it" in page
    client.post("/profile/email/", {"new_email": NEW})
    client.post("/profile/email/code/", {"code": make_code(EmailChange.objects.get())})

    spouse.refresh_from_db()
    assert (spouse.email, login_of(spouse).email) == (OLD, OLD)
    assert client_of(spouse).get("/profile/").status_code == 200


def test_the_new_address_signs_in(client, eleni):
    client.post("/profile/email/", {"new_email": NEW})
    client.post("/profile/email/code/", {"code": make_code(EmailChange.objects.get())})
    mail.outbox.clear()

    Client().post("/sign-in/", {"email": NEW})
    Client().post("/sign-in/", {"email": OLD})

    assert [message.to for message in mail.outbox if "sign-in code" in message.subject] == [[NEW]]
