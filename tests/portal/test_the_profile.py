"""What guarantors say of themselves: changed on the portal, with history, told in the back office, safe."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.core.accounts.models import Guarantor
from pops.logins.addresses import change_email, find_change, find_open_change
from pops.logins.models import EmailChange, PhoneChange
from pops.logins.notices import make_code, make_token
from pops.web.portal.profile.email import OVER, WRONG
from tests.factories.accounts import GuarantorFactory, link, login_of
from tests.factories.staff import DESK, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

OLD, NEW = "eleni@example.com", "eleni.new@example.com"


@pytest.fixture
def eleni(practice):
    return GuarantorFactory(name="Eleni Papadopoulou", account_number="48245", email=OLD, phone="(555) 010-3000")


@pytest.fixture
def client(eleni, client_of):
    return client_of(eleni)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def send_mail():
    """All that waits, by address."""
    mail.outbox.clear()
    for lane in Message.Lane:
        deliver_due(lane=lane, seconds=5)
    return {message.to[0]: message for message in mail.outbox}


def last_event(guarantor):
    event = Guarantor.pgh_event_model.objects.filter(pgh_obj_id=guarantor.pk).latest("pgh_id")
    return event, event.pgh_context.metadata


def test_the_page_says_what_is_known(client):
    text = text_of(client.get("/profile/"))

    for words in ("Eleni Papadopoulou", "48245", OLD, "(555) 010-3000", "not checked", "English", "not chosen yet"):
        assert words in text


# --- Preferred name ---------------------------------------------------------------------------------------------


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


# --- Notices ----------------------------------------------------------------------------------------------------


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


# --- Email ------------------------------------------------------------------------------------------------------


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


# --- Phone ------------------------------------------------------------------------------------------------------


def test_a_phone_number_waits_for_the_desks_call(client, eleni, client_of):
    assert client.post("/profile/phone/", {"new_phone": "555 010 4444"}).url == "/profile/"
    eleni.refresh_from_db()
    assert eleni.phone == "(555) 010-3000"
    assert "waits for the practice to call you" in text_of(client.get("/profile/"))

    desk = client_of(member(DESK))
    assert "1 phone number to be called" in desk.get("/admin/").content.decode()
    change = PhoneChange.objects.get()
    page = f"/admin/desk/phones/{change.pk}/"
    assert "555 010 4444" in desk.get(page).content.decode()
    assert desk.post(page, {"decision": "take"}).status_code == 302

    eleni.refresh_from_db()
    assert eleni.phone == "555 010 4444"
    assert "Checked by the practice" in text_of(client.get("/profile/"))
    assert "to be called" not in desk.get("/admin/").content.decode()
    assert desk.post(page, {"decision": "decline"}).status_code == 422, "it is decided"


def test_a_number_that_is_declined_leaves_the_old_one(client, eleni, client_of):
    client.post("/profile/phone/", {"new_phone": "555 010 4444"})
    change = PhoneChange.objects.get()
    client_of(member(DESK)).post(f"/admin/desk/phones/{change.pk}/", {"decision": "decline", "note": "Not reached"})

    change.refresh_from_db()
    eleni.refresh_from_db()
    assert (eleni.phone, eleni.phone_confirmed_at, change.state) == ("(555) 010-3000", None, "declined")


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("12", "with its area code"),
        ("call me", "with its area code"),
        ("555-010-3000", "already"),
        ("1" * 16, "area"),
        ("<b>5550104444</b>", "area"),
        ("555 010 4444 or my work", "area"),
    ],
)
def test_what_is_no_new_number_is_refused(client, phone, words):
    answer = client.post("/profile/phone/", {"new_phone": phone})

    assert answer.status_code == 422
    assert words in text_of(answer)


def test_numbers_can_be_asked_for_only_so_often(client):
    answers = [client.post("/profile/phone/", {"new_phone": f"555 010 44{n:02} x7"}).status_code for n in range(6)]

    assert answers == [302] * 5 + [422]
    assert PhoneChange.objects.count() == 5
    assert "too often" in text_of(client.post("/profile/phone/", {"new_phone": "555 010 4499"}))


def test_a_number_can_be_taken_back_or_away(client, eleni):
    client.post("/profile/phone/", {"new_phone": "555 010 4444"})
    client.post("/profile/phone/withdraw/")
    client.post("/profile/phone/", {"new_phone": ""})

    assert [change.state for change in PhoneChange.objects.order_by("pk")] == ["replaced", "waiting"]
    assert "take this number away" in text_of(client.get("/profile/"))


def test_staff_who_correct_a_number_take_its_confirmation_away(eleni, client_of):
    eleni.phone_confirmed_at = timezone.now()
    eleni.save()
    desk, page = client_of(member(DESK)), f"/admin/accounts/guarantor/{eleni.pk}/change/"
    fields = {"name": eleni.name, "phone": "555 010 9999", "group": eleni.group_id, "why": "She called"}
    forms = {f"patients-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}

    assert desk.post(page, {**fields, **forms, "preferred_name": ""}).status_code == 302

    eleni.refresh_from_db()
    assert (eleni.phone, eleni.phone_confirmed_at) == ("555 010 9999", None)


def test_the_back_office_tells_it_all(client, eleni, client_of):
    client.post("/profile/name/", {"name": "Elenitsa"})
    client.post("/profile/notices/", {"channel": "paper"})
    client.post("/profile/phone/", {"new_phone": "555 010 4444"})

    page = text_of(client_of(member(DESK)).get(f"/admin/accounts/guarantor/{eleni.pk}/change/"))

    for words in ("Paper, chosen", "555 010 4444", "Decide about the number"):
        assert words in page
