"""Before go-live the portal says that it isn't open yet: to patients, not to staff, Stripe or the trial account."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from pops.core.practice.opening import open_practice
from pops.logins.trial import begin_trial
from pops.web.sign_in.trial import make_link
from tests.browsing import problems_of
from tests.factories.accounts import GuarantorFactory
from tests.factories.setup import enter_places
from tests.factories.staff import ADMIN, DESK, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once", "stripe_sandbox")]

WORDS = "Our online payments aren’t open yet"
PAGES = (
    "/new-address/a-token/",
    "/",
    "/pay/",
    "/receipts/",
    "/receipts/1/",
    "/accounts/",
    "/sign-in/",
    "/sign-in/code/",
    "/sign-in/account/",
)


@pytest.fixture
def alex():
    enter_places()
    return member(ADMIN, email="alex@example.com")


@pytest.fixture
def trial(alex):
    return begin_trial(today=dt.date(2026, 3, 2), by=alex)


def test_nobody_gets_further_than_the_page_that_says_so(client, alex):
    for page in PAGES:
        answer = client.get(page)
        assert (answer.status_code, WORDS in answer.content.decode()) == (503, True), page
        assert "no-store" in answer["Cache-Control"]


def test_it_says_so_before_there_is_a_practice_too(client, db):
    assert WORDS in client.get("/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_that_page_is_accessible(page, live_server, alex):
    page.goto(live_server.url)

    expect(page.get_by_role("heading", name=WORDS)).to_be_visible()
    assert problems_of(page) == []


def test_no_code_is_sent(client, alex):
    guarantor = GuarantorFactory()

    assert client.post("/sign-in/", {"email": guarantor.email}).status_code == 503
    assert mail.outbox == []


def test_a_session_from_before_gets_no_further(client_of, alex):
    guarantor = client_of(GuarantorFactory())

    for page in PAGES:
        assert guarantor.get(page).status_code == 503
    assert guarantor.post("/pay/", {}).status_code == 503


def test_staff_webhooks_and_health_are_open(client, client_of, alex):
    assert client.get("/health/").status_code == 200
    assert client.post("/webhooks/stripe/", b"{}", content_type="application/json").status_code == 400
    assert client.get("/staff/sign-in/").status_code == 200
    assert client.get("/session/").status_code == 200
    assert client_of(member(DESK)).get("/admin/").status_code == 200
    assert client_of(member(DESK)).get("/").url == "/admin/"


def test_the_trial_account_pays_by_its_link(client, trial):
    assert client.get(make_link(trial)).url == "/pay/"

    page = client.get("/pay/").content.decode()

    assert "$1.00" in page
    assert "This is the trial account of the set-up guide." in page
    for address in ("/", "/receipts/", "/accounts/"):
        assert client.get(address).status_code in (200, 302)


def test_its_link_is_no_other_and_ends_after_an_hour(client, trial):
    link = make_link(trial)
    assert client.get("/trial/TRIAL:nonsense/").status_code == 404
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=61)):
        assert client.get(link).status_code == 404
    assert "_auth_user_id" not in client.session


def test_one_leaves_the_trial_account_for_the_guide(client, trial):
    client.get(make_link(trial))

    assert client.post("/trial/").url == "/admin/desk/setup/"
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/desk/setup/").url.startswith("/staff/sign-in/?next=/admin/desk/setup/")


def test_nobody_else_is_signed_out_there(client_of, trial):
    guarantor = client_of(GuarantorFactory())

    guarantor.post("/trial/")

    assert "_auth_user_id" in guarantor.session


def test_once_it_is_open_patients_sign_in_and_the_trial_link_is_gone(client, client_of, trial, alex):
    link, guarantor = make_link(trial), GuarantorFactory()
    open_practice(now=timezone.now(), by=alex)

    assert client.get(link).status_code == 404
    assert client.get("/sign-in/").status_code == 200
    assert client.get("/").url.startswith("/sign-in/")
    assert client_of(guarantor).get("/").status_code == 200


def test_asking_costs_a_signed_in_guarantor_no_query(client_of, practice, django_assert_max_num_queries):
    guarantor = client_of(GuarantorFactory())
    guarantor.get("/receipts/")
    with django_assert_max_num_queries(20) as queries:
        guarantor.get("/receipts/")

    assert [query for query in queries if query["sql"].startswith("SELECT 1 AS") and "opened_at" in query["sql"]] == []
