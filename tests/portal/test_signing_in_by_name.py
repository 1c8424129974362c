"""From the practice's website: a name and a fact on file, then a code. Whatever is wrong, all looks the same."""

import datetime as dt
import re
import threading

import pytest
from django.core import mail
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Message
from pops.core.access.models import User
from pops.core.accounts.merging import merge_guarantors
from pops.core.accounts.retiring import retire_guarantor
from pops.logins.addresses import is_same
from tests.factories.accounts import GuarantorFactory, PatientFactory, link, login_of
from tests.factories.staff import MANAGER, member
from tests.portal.by_name import MARIA, say, signs_in
from tests.portal.sign_in_codes import newest_code

pytestmark = pytest.mark.django_db

WRONG = [
    {**MARIA, "first": "Marta"},
    {**MARIA, "last": "Alvares"},
    {**MARIA, "fact": "48211"},
    {**MARIA, "fact": "04/01/1984"},
    {"first": "No", "last": "Body", "fact": "nothing"},
]
WHO = re.compile(r"^SELECT set_config\(.*?, true\); ", re.DOTALL)
ENDS = re.compile(r"^(RELEASE|ROLLBACK TO) SAVEPOINT.*")


@pytest.mark.usefixtures("mail_at_once")
@pytest.mark.parametrize(
    "words",
    [
        MARIA,
        {"first": " maria ", "last": "ALVAREZ", "fact": "#48210"},
        {"first": "Mari\u0301a", "last": "A\u0301lvarez", "fact": "03/01/1984"},
        {"first": "María", "last": "Álvarez", "fact": "March 1, 1984"},
    ],
)
def test_a_name_and_a_fact_get_a_code_that_signs_in(maria, words):
    assert signs_in(words) == login_of(maria)
    assert [message.to for message in mail.outbox] == [["maria@example.com"]]


@pytest.mark.usefixtures("mail_at_once")
@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_gets_no_mail_and_the_same_page(maria, words):
    _, right = say(MARIA)
    mail.outbox.clear()
    client, page = say(words)

    assert mail.outbox == []
    assert plain(page) == plain(right)
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200


def plain(page):
    return re.sub(r'value="[^"]{20,}"', "", page.content.decode())


@pytest.mark.usefixtures("mail_at_once")
def test_no_page_names_the_address_not_even_in_part(maria):
    client, page = say(MARIA)
    wrong = client.post("/sign-in/code/", {"code": "12345"})
    again = client.post("/sign-in/code/", {"action": "resend"}, follow=True)
    for _ in range(3):
        worn_out = client.post("/sign-in/code/", {"code": "12345"})

    for shown in (page, wrong, again, worn_out):
        assert "@example.com" not in shown.content.decode()
        assert "@system" not in shown.content.decode()
        assert "•" not in shown.content.decode()


@pytest.fixture
def cache_calls(monkeypatch):
    calls = []

    def record(name):
        real = getattr(RedisCache, name)

        def recorded(*args, **kwargs):
            if threading.current_thread() is threading.main_thread():
                calls.append(name)
            return real(*args, **kwargs)

        monkeypatch.setattr(RedisCache, name, recorded)

    for name in ("get", "set", "add", "delete"):
        record(name)
    return calls


def statement(sql):
    sql = ENDS.sub("END OF SAVEPOINT", WHO.sub("", sql))
    return sql.split()[0], re.findall(r'(?:FROM|INTO|UPDATE) "?(\w+)"?', sql)


def work_of(words, cache_calls):
    """The work from the form over a wrong code to a new one."""
    del cache_calls[:]
    with CaptureQueriesContext(connection) as queries:
        client, _ = say(words)
        client.post("/sign-in/code/", {"code": "12345"})
        client.post("/sign-in/code/", {"action": "resend"}, follow=True)
    return [statement(query["sql"]) for query in queries], list(cache_calls)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", WRONG)
def test_whatever_is_wrong_the_work_is_the_same(maria, cache_calls, words):
    work_of({"first": "Warm", "last": "Up", "fact": "1"}, cache_calls)

    right, wrong = work_of(MARIA, cache_calls), work_of(words, cache_calls)

    assert wrong == right
    assert ("INSERT", ["notifications_message"]) in right[0]
    assert [message.to for message in Message.objects.all()] == ["maria@example.com"] * 2, "and none of them stays"


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_by_address_do_not_show_at_the_door_by_name(maria, cache_calls):
    """Or a stranger could ask by an address, then by a name, and see whether they belong together."""
    before = work_of(MARIA, cache_calls)
    for _ in range(4):
        Client(REMOTE_ADDR="192.0.2.1").post("/sign-in/", {"email": "maria@example.com"})

    assert work_of({**MARIA, "fact": "03/01/1984"}, cache_calls) == before


@pytest.mark.usefixtures("mail_at_once")
def test_who_has_no_address_gets_the_same_page_and_no_mail(maria):
    GuarantorFactory(name="Grace Lindqvist", account_number="48259", email="", login=False)
    _, right = say(MARIA)
    mail.outbox.clear()

    _, page = say({"first": "Grace", "last": "Lindqvist", "fact": "48259"})

    assert (plain(page), mail.outbox) == (plain(right), [])


@pytest.mark.usefixtures("mail_at_once")
def test_a_preferred_name_is_a_first_name(maria):
    maria.preferred_name = "Mía"
    maria.save()

    assert signs_in({**MARIA, "first": "mia"}) == login_of(maria)


@pytest.mark.usefixtures("mail_at_once")
def test_the_number_of_a_merged_account_leads_to_the_one_it_is_part_of(maria):
    old = GuarantorFactory(name="Maria Alvarez", account_number="W100001", email="", login=False)
    merge_guarantors(merged_id=old.pk, into_id=maria.pk, reason="The same person", by=member(MANAGER))

    assert signs_in({**MARIA, "fact": "w100001"}) == login_of(maria)


@pytest.mark.usefixtures("mail_at_once")
def test_a_retired_account_opens_nothing(maria):
    maria.patients.update(is_retired=True)
    retire_guarantor(guarantor_id=maria.pk, reason="Entered by mistake", by=member(MANAGER))

    assert signs_in(MARIA) is None
    assert signs_in({**MARIA, "fact": "03/01/1984"}) is None


@pytest.mark.usefixtures("mail_at_once")
def test_a_login_that_is_switched_off_opens_nothing(maria):
    User.objects.filter(pk=login_of(maria).pk).update(is_active=False)

    assert signs_in(MARIA) is None


@pytest.mark.usefixtures("mail_at_once")
def test_of_two_who_share_an_address_each_is_known_already(maria):
    ellen = GuarantorFactory(name="Ellen Alvarez", account_number="48294", email=maria.email)

    assert signs_in({"first": "Ellen", "last": "Alvarez", "fact": "48294"}) == login_of(ellen)
    assert signs_in(MARIA) == login_of(maria)


@pytest.mark.usefixtures("mail_at_once")
def test_a_mothers_account_is_opened_by_the_daughter_who_looks_after_it(maria):
    mother = GuarantorFactory(name="Odette Beaumont", account_number="48301", login=False)
    link(mother, login_of(maria))
    words = {"first": "Odette", "last": "Beaumont", "fact": "48301"}
    assert signs_in(words) == login_of(maria)

    link(mother, login_of(GuarantorFactory()))

    assert signs_in(words) is None, "which of the two is it?"


@pytest.mark.usefixtures("mail_at_once")
def test_two_people_of_one_name_and_birth_date_need_the_number(maria):
    other = GuarantorFactory(name="Maria Alvarez", account_number="48999")
    PatientFactory(guarantor=other, birth_date=dt.date(1984, 3, 1))

    assert signs_in({**MARIA, "fact": "03/01/1984"}) is None
    assert signs_in({**MARIA, "fact": "48999"}) == login_of(other)


@pytest.mark.usefixtures("mail_at_once")
def test_an_address_that_changed_after_the_code_was_sent_opens_nothing(maria):
    client, _ = say(MARIA)
    User.objects.filter(pk=login_of(maria).pk).update(email="new@example.com")

    client.post("/sign-in/code/", {"code": newest_code()})

    assert not is_same("new@example.com", "maria@example.com")
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("mail_at_once")
def test_a_link_to_a_page_survives_it(maria):
    door = Client().get("/receipts/").url
    assert "/sign-in/name/?next=/receipts/" in Client().get(door).content.decode()
    client, _ = say(MARIA, next="/pay/")

    assert client.post("/sign-in/code/", {"code": newest_code(), "next": "/pay/"}).url == "/pay/"


@pytest.mark.usefixtures("mail_at_once")
def test_it_leads_to_no_other_site(maria):
    client, _ = say(MARIA, next="https://example.org/")

    assert client.post("/sign-in/code/", {"code": newest_code(), "next": "https://example.org/"}).url == "/start/"


def test_who_is_signed_in_goes_on(maria, client_of):
    assert client_of(maria).get("/sign-in/name/?next=/pay/").url == "/pay/"


def test_the_facts_are_kept_nowhere(maria):
    client, _ = say(MARIA)

    assert "48210" not in str(dict(client.session))
    assert "Alvarez" not in str(dict(client.session))
