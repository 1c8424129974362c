"""One login opens several accounts: one at a time is in hand, and nothing is done for another by mistake."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from payments.models import Payment
from pops.logins.backends import LoginBackend
from pops.logins.selectors import find_accounts
from tests.conventions.source import ROOT
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, UserFactory, link, login_of
from tests.payments.stripe_side import start

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(practice):
    return GuarantorFactory(name="Charlotte Beaumont", account_number="48280")


@pytest.fixture
def mothers(own):
    """Another account that the same login opens."""
    mothers = GuarantorFactory(name="Odette Beaumont", account_number="48294", login=False)
    link(mothers, login_of(own))
    return mothers


def take(client, account, **more):
    return client.post("/accounts/switch/", {"account": account.pk, **more})


@pytest.fixture
def charlotte(own, mothers, client_of):
    return client_of(own)


def test_one_is_chosen_after_sign_in_and_it_leads_on(charlotte, own, mothers):
    asked = charlotte.get("/receipts/", follow=True)

    assert asked.redirect_chain[-1][0] == "/accounts/?next=%2Freceipts%2F"
    page = asked.content.decode()
    assert page.index("Charlotte Beaumont") < page.index("Odette Beaumont"), "one's own comes first"
    assert take(charlotte, mothers, next="/receipts/").url == "/receipts/"
    assert charlotte.get("/").context["guarantor"] == mothers


def test_each_page_says_which_account_it_is_and_changes_it(charlotte, own, mothers):
    take(charlotte, own)
    for address in ("/", "/pay/", "/receipts/"):
        header = charlotte.get(address).content.decode().partition('<main id="main"')[0]
        assert header.index("48280") < header.index("48294")

    take(charlotte, mothers)

    assert charlotte.get("/").context["guarantor"] == mothers


def test_who_opens_one_account_is_asked_nothing(guarantor, client_of):
    client = client_of(guarantor)

    page = client.get("/")

    assert page.context["guarantor"] == guarantor
    assert "switcher" not in page.content.decode()
    assert client.get("/accounts/?next=/pay/").url == "/pay/"


def test_it_is_changed_by_post_alone(charlotte, own, mothers):
    take(charlotte, own)

    assert charlotte.get(f"/accounts/switch/?account={mothers.pk}").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(login_of(own))
    assert take(strict, mothers).status_code == 403


@pytest.mark.parametrize("account", ["", "x", "0", "-1", "99999999999999999999"])
def test_an_account_that_is_not_ones_own_can_not_be_taken(charlotte, own, account):
    assert charlotte.post("/accounts/switch/", {"account": account}).status_code == 404
    assert take(charlotte, GuarantorFactory()).status_code == 404
    assert charlotte.get("/").status_code == 302, "none is in hand"


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_choosing_leads_nowhere_else(charlotte, own, url):
    assert take(charlotte, own, next=url).url == "/"


def test_a_link_to_a_receipt_of_the_other_account_opens_it_there(charlotte, own, mothers, pay):
    receipt = pay(mothers)
    take(charlotte, own)
    address = f"/receipts/{receipt.number}/"

    page = charlotte.get(address)

    assert page.status_code == 409
    assert "Odette Beaumont" in page.content.decode()
    assert "$50.00" not in page.content.decode()
    assert charlotte.get("/").context["guarantor"] == own, "looking changes nothing"
    assert take(charlotte, mothers, next=address).url == address
    assert "$50.00" in charlotte.get(address).content.decode()


def test_a_link_from_a_mail_leads_through_the_right_account_after_sign_in(charlotte, mothers, pay):
    address = f"/receipts/{pay(mothers).number}/"

    page = charlotte.get(address)

    assert page.status_code == 409
    assert f'name="account" value="{mothers.pk}"' in page.content.decode()
    assert f'name="next" value="{address}"' in page.content.decode()


def test_a_strangers_receipt_is_as_one_that_is_not_there(charlotte, own, pay):
    take(charlotte, own)

    assert charlotte.get(f"/receipts/{pay().number}/").status_code == 404
    assert charlotte.get("/receipts/1/").status_code == 404


@pytest.mark.usefixtures("stripe_sandbox")
def test_a_form_of_the_other_account_pays_nothing(charlotte, own, mothers):
    ServiceLineFactory(guarantor=own)
    ServiceLineFactory(guarantor=mothers)
    take(charlotte, own)
    form = charlotte.get("/pay/").content.decode()
    form = re.search(r'<form class="amount-form".*?</form>', form, re.DOTALL).group()
    sent = {name: value for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}
    take(charlotte, mothers)  # in another tab

    answer = charlotte.post("/pay/", {**sent, "choice": "current"})

    assert answer.status_code == 409
    assert "Charlotte Beaumont" in answer.content.decode()
    assert not Payment.objects.exists()
    take(charlotte, own)
    charlotte.post("/pay/", {**sent, "choice": "current"})
    assert Payment.objects.get().guarantor == own


def test_credit_of_the_other_account_is_not_used(charlotte, own, mothers):
    take(charlotte, mothers)

    answer = charlotte.post("/credit/", {"account": own.pk}, headers={"Referer": "http://testserver/pay/"})

    assert answer.status_code == 409
    assert 'name="next" value="http://testserver/pay/"' in answer.content.decode(), "not where only forms are taken"


def test_a_form_that_does_not_say_its_account_is_taken_for_none(charlotte, own):
    take(charlotte, own)

    assert charlotte.post("/pay/", {"choice": "current"}).status_code == 404


def test_every_form_of_the_portal_says_its_account():
    """Or posts to the address of something that belongs to one, or the token of a link, which does."""
    pages = [path for folder in ("portal", "receipts") for path in (ROOT / "templates" / folder).rglob("*.html")]
    forms = [(path, form) for path in pages for form in re.findall(r"<form.*?</form>", path.read_text(), re.DOTALL)]
    posted = [(path, form) for path, form in forms if "{% csrf_token %}" in form and "switch_account" not in form]
    silent = [
        path.name
        for path, form in posted
        if not re.search(r"""include "_account.html"|name="token"|{% url '[\w:]+' \S+ %}""", form)
    ]

    assert len(posted) >= 3

    assert silent == []


def test_back_from_the_bank_in_the_other_account(charlotte, own, mothers, stripe_sandbox):
    payment = start(own)
    take(charlotte, mothers)
    address = f"/pay/{payment.pk}/return/?payment_intent=pi_1"

    page = charlotte.get(address)

    assert page.status_code == 409
    assert f'name="next" value="{address}"' in page.content.decode()


def test_a_link_that_was_ended_ends_at_once(charlotte, own, mothers):
    take(charlotte, mothers)
    mothers.account_logins.all().delete()

    assert charlotte.get("/").context["guarantor"] == own
    assert take(charlotte, mothers).status_code == 404


def test_staff_open_no_account_even_when_they_were_linked(guarantor, client_of):
    staff = UserFactory(is_staff=True)
    link(guarantor, staff)

    assert client_of(staff).get("/receipts/").status_code == 404
    assert client_of(staff).get("/accounts/").status_code == 404


def test_a_login_is_read_with_its_accounts_in_one_query(charlotte, own):
    take(charlotte, own)
    charlotte.get("/receipts/")  # a new session is written down once
    with CaptureQueriesContext(connection) as queries:
        assert charlotte.get("/receipts/").status_code == 200

    assert len(queries) <= 4
    assert len([query for query in queries if "logins_accountlogin" in query["sql"]]) == 1


def test_staffs_pages_ask_no_more_for_it(client_of, practice, guarantor):
    for user in (UserFactory(is_staff=True), login_of(guarantor), UserFactory()):
        with CaptureQueriesContext(connection) as queries:
            found = LoginBackend().get_user(user.pk)
        assert (found, len(queries)) == (user, 1)
        assert find_accounts(found) == ([guarantor] if user == login_of(guarantor) else [])
    assert LoginBackend().get_user(0) is None
