"""Spouses share a mailbox: the code proves the address, a fact on file tells who it is; neither sees the other's."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from pops.core.access.models import User
from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.logins.selectors import find_person_by_fact
from pops.web.sign_in.person import ENDED, WRONG
from tests.factories.accounts import GuarantorFactory, PatientFactory, UserFactory, link, login_of
from tests.factories.staff import MANAGER, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

ADDRESS = "whitcombs@example.com"
PASSWORD = "a long sentence for a test"


@pytest.fixture
def james(practice):
    james = GuarantorFactory(name="James Whitcomb", account_number="48217", email=ADDRESS)
    PatientFactory(guarantor=james, name="James Whitcomb", birth_date=dt.date(1961, 3, 15))
    return james


@pytest.fixture
def ellen(james):
    ellen = GuarantorFactory(name="Ellen Whitcomb", account_number="48301", email=ADDRESS)
    PatientFactory(guarantor=ellen, name="Ellen Whitcomb", birth_date=dt.date(1964, 11, 2))
    PatientFactory(guarantor=ellen, name="Nora Whitcomb")
    return ellen


def pass_code(client, email=ADDRESS, **more):
    client.post("/sign-in/", {"email": email, **more})
    code = re.search(r"\b\d{6}\b", mail.outbox[-1].body).group()
    return client.post("/sign-in/code/", {"code": code, **more})


def tell(client, fact):
    return client.post("/sign-in/account/", {"fact": fact})


@pytest.mark.parametrize("fact", ["11/02/1964", "11/2/1964", "1964-11-02", "November 2, 1964", "48301", " 48301 "])
def test_a_fact_chooses(james, ellen, fact):
    client = Client()

    assert pass_code(client).url == "/sign-in/account/"
    assert tell(client, fact).url == "/start/"

    assert client.get("/").context["guarantor"] == ellen
    assert client.post("/accounts/switch/", {"account": james.pk}).status_code == 404


def test_the_number_of_an_account_that_was_merged_chooses_too(james, ellen):
    """At second hand as well, and no longer once the merge is undone: then it is another account's."""
    first, second = (GuarantorFactory(name="Ellen Whitcomb", account_number=n, login=False) for n in ("W7", "W8"))
    clerk = member(MANAGER)
    merge_guarantors(merged_id=first.pk, into_id=second.pk, reason="Entered twice", by=clerk)
    last = merge_guarantors(merged_id=second.pk, into_id=ellen.pk, reason="Entered twice", by=clerk)

    for number in ("W7", "w8"):
        client = Client()
        pass_code(client)
        assert tell(client, number).url == "/start/"
        assert client.get("/").context["guarantor"] == ellen

    undo_merge(merge_id=last.pk, reason="Two people", now=timezone.now(), by=clerk)
    client = Client()
    pass_code(client)
    assert WRONG in tell(client, "W8").content.decode()


def test_the_other_one_gets_their_own(james, ellen):
    client = Client()
    pass_code(client)
    tell(client, "03/15/1961")

    page = client.get("/")

    assert page.context["guarantor"] == james
    assert "Ellen" not in page.content.decode()


def test_no_name_is_shown_before(james, ellen):
    client = Client()
    pass_code(client)

    pages = [client.get("/sign-in/account/"), tell(client, "01/01/1990")]

    for page in pages:
        for secret in ("Whitcomb", "James", "Ellen", "48217", "48301", "1961", "1964"):
            assert secret not in page.content.decode()


def test_nothing_is_open_before(james, ellen):
    client = Client()
    pass_code(client)

    for address in ("/", "/receipts/", "/accounts/", "/admin/"):
        assert client.get(address).status_code == 302
    assert "_auth_user_id" not in client.session


def test_without_the_code_there_is_no_question(james, ellen):
    client = Client()
    assert tell(client, "48301").url == "/sign-in/"
    client.post("/sign-in/", {"email": ADDRESS})

    assert tell(client, "48301").url == "/sign-in/"
    assert client.get("/receipts/").status_code == 302


def test_before_the_code_an_address_of_two_looks_as_any_other(james, ellen, guarantor):
    """Three addresses: of two people, of one, of nobody."""
    answers = [
        Client().post("/sign-in/", {"email": email}, follow=True)
        for email in (ADDRESS, guarantor.email, "stranger@example.com")
    ]

    pages = [re.sub(r"<strong.*?</strong>|value=\"\w{64}\"", "", answer.content.decode()) for answer in answers]
    assert pages[0] == pages[1] == pages[2]


WRONGS = ["01/01/1990", "48999", "nonsense", "48217 48301", "'; DROP TABLE", "13/45/2020", "None", "Ellen Whitcomb"]


@pytest.mark.parametrize("fact", WRONGS)
def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(james, ellen, fact, django_assert_num_queries):
    GuarantorFactory(account_number="48999")  # of somebody with another address
    client = Client()
    pass_code(client)

    people = [login_of(james), login_of(ellen)]
    with django_assert_num_queries(1):
        assert find_person_by_fact(people, fact) is None
    page = tell(client, fact)

    assert page.status_code == 200
    assert WRONG in page.content.decode()


def test_a_child_of_both_tells_nobody_apart(james, ellen):
    for parent in (james, ellen):
        PatientFactory(guarantor=parent, name="Leo Whitcomb", birth_date=dt.date(2012, 5, 5))
    client = Client()
    pass_code(client)

    assert WRONG in tell(client, "05/05/2012").content.decode()
    assert tell(client, "48217").url == "/start/"


def test_three_wrong_facts_end_the_sign_in(james, ellen):
    client = Client()
    pass_code(client)
    answers = [tell(client, "01/01/1990") for _ in range(3)]

    assert answers[-1].url == "/sign-in/"
    assert ENDED in client.get("/sign-in/").content.decode()
    assert tell(client, "48301").url == "/sign-in/"
    assert client.get("/receipts/").status_code == 302


def test_guesses_are_limited_over_all_sign_ins(james, ellen):
    for _ in range(2):
        client = Client()
        pass_code(client)
        for _ in range(3):
            tell(client, "01/01/1990")
    client = Client()
    pass_code(client)

    assert "That was too often" in tell(client, "48301").content.decode(), "the right one too"


def test_right_facts_are_not_counted(james, ellen, time_machine):
    for hour in range(8):
        time_machine.move_to(dt.datetime(2026, 3, 2, 9 + hour, tzinfo=dt.UTC))
        client = Client()
        pass_code(client)
        assert tell(client, "48301").url == "/start/"


def test_a_link_to_a_page_survives_it(james, ellen, pay):
    address = f"/receipts/{pay(ellen).number}/"
    client = Client()
    pass_code(client, next=address)

    assert tell(client, "48301").url == address


def test_the_fact_is_asked_for_in_no_address_of_one_person(james):
    assert pass_code(Client()).url == "/start/"


def test_a_login_that_is_switched_off_shares_nothing(james, ellen):
    User.objects.filter(pk=login_of(james).pk).update(is_active=False)
    client = Client()

    assert pass_code(client).url == "/start/"
    assert client.get("/").context["guarantor"] == ellen


def test_a_login_without_an_account_gets_no_code(practice):
    user = UserFactory()
    Client().post("/sign-in/", {"email": user.email})

    assert not mail.outbox


def test_who_looks_after_a_parent_is_not_the_parent(james, ellen):
    """James opens Ellen's account too: its number is still hers."""
    link(ellen, login_of(james))
    client = Client()
    pass_code(client)
    tell(client, "48301")

    assert client.get("/").context["guarantor"] == ellen
    assert client.session["_auth_user_id"] == str(login_of(ellen).pk)


def test_staff_who_are_patients_too_enter_by_both_doors(practice):
    dana = member("Front desk", email=ADDRESS)
    dana.set_password(PASSWORD)
    dana.save()
    patient = GuarantorFactory(email=ADDRESS)
    client = Client()

    assert pass_code(client).url == "/start/"
    assert client.get("/").context["guarantor"] == patient
    assert client.get("/admin/").status_code == 302, "a code is no way into the back office"

    desk = Client()
    assert desk.post("/staff/sign-in/", {"login": ADDRESS, "password": PASSWORD}).url == "/admin/"
    assert desk.session["_auth_user_id"] == str(dana.pk)
    assert desk.get("/admin/").url == "/staff/authenticator/"


def test_a_guarantors_password_opens_nothing(james):
    user = login_of(james)
    user.set_password(PASSWORD)
    user.save()

    assert Client().post("/staff/sign-in/", {"login": ADDRESS, "password": PASSWORD}).status_code == 200


def test_the_staffs_door_does_the_same_work_for_any_address(james, ellen, guarantor, monkeypatch):
    """Hashing a password takes most of the time: a clock would tell how many patients share the address."""
    hashed = []
    monkeypatch.setattr("pops.core.access.models.User.set_password", lambda *_: hashed.append(1))
    monkeypatch.setattr("pops.core.access.models.User.check_password", lambda *_: hashed.append(1))
    work = []
    for email in (ADDRESS, guarantor.email, "stranger@example.com"):
        hashed.clear()
        Client().post("/staff/sign-in/", {"login": email, "password": "guess"})
        work.append(len(hashed))

    assert work == [1, 1, 1]
