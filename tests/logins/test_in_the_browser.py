"""The switcher, the second fact and a changed address in Chromium: by keyboard, narrow and wide, light and dark."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from pops.logins.addresses import change_email
from pops.logins.notices import make_token
from tests.browsing import DESKTOP, NARROW, PHONE, problems_of
from tests.factories.accounts import GuarantorFactory, PatientFactory, ServiceLineFactory, link, login_of
from tests.factories.staff import DESK, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_at_once", "practice")]

ADDRESS = "whitcombs@example.com"


@pytest.fixture
def charlotte():
    return GuarantorFactory(name="Charlotte Beaumont", account_number="48280")


@pytest.fixture
def odette(charlotte):
    odette = GuarantorFactory(name="Odette Beaumont", account_number="48301", login=False)
    ServiceLineFactory(guarantor=odette, billed_cents=4200)
    link(odette, login_of(charlotte))
    return odette


@pytest.fixture
def ellen():
    GuarantorFactory(name="James Whitcomb", account_number="48217", email=ADDRESS)
    ellen = GuarantorFactory(name="Ellen Whitcomb", account_number="48294", email=ADDRESS)
    PatientFactory(guarantor=ellen, birth_date=dt.date(1964, 11, 2))
    return ellen


def pass_code(page, live_server):
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(re.search(r"\b\d{6}\b", mail.outbox[-1].body).group())
    page.get_by_role("button", name="Sign in").click()


def test_an_account_is_chosen_and_changed_by_hand(page, live_server, sign_in, charlotte, odette):
    sign_in(charlotte).goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose an account")
    page.get_by_role("button", name="Odette Beaumont").click()
    expect(page.locator("main")).to_contain_text("$42.00")

    header = page.get_by_role("banner")
    header.get_by_text("Odette Beaumont").click()
    header.get_by_role("button", name="Charlotte Beaumont").click()

    expect(page.locator("main")).to_contain_text("Account number 48280")
    expect(page.locator("main")).not_to_contain_text("$42.00")


def test_it_is_changed_by_keyboard(page, live_server, sign_in, charlotte, odette):
    sign_in(charlotte).goto(live_server.url)
    page.get_by_role("button", name="Odette Beaumont").press("Enter")
    summary = page.locator(".switcher summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_contain_text("Account number 48280")


def test_a_link_to_the_other_account_opens_it_there(page, live_server, sign_in, charlotte, odette, pay):
    receipt = pay(odette)
    sign_in(charlotte).goto(live_server.url)
    page.get_by_role("button", name="Charlotte Beaumont").click()

    page.goto(f"{live_server.url}/receipts/{receipt.number}/")
    expect(page.locator("main")).to_contain_text("Odette Beaumont")
    page.get_by_role("button", name="Open it in that account").click()

    expect(page).to_have_url(f"{live_server.url}/receipts/{receipt.number}/")
    expect(page.locator("main")).to_contain_text("$50.00")


def test_one_of_two_people_with_one_address_signs_in(page, live_server, ellen):
    pass_code(page, live_server)
    fact = page.get_by_label("Date of birth or account number")
    fact.fill("01/01/1990")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("That opens no account.")

    fact.fill("11/02/1964")
    page.get_by_role("button", name="Continue").click()

    expect(page.locator("main")).to_contain_text("Ellen Whitcomb")
    expect(page.locator("body")).not_to_contain_text("James")


def test_a_new_address_is_confirmed(page, live_server, ellen):
    page.goto(live_server.url + asked(ellen))
    page.get_by_label("Date of birth or account number").fill("48294")
    page.get_by_role("button", name="Confirm this address").click()

    expect(page.get_by_role("status")).to_contain_text("Your address is confirmed.")
    ellen.refresh_from_db()
    assert ellen.email == "ellen@example.com"


def asked(guarantor):
    change = change_email(
        guarantor_id=guarantor.pk, new_email="ellen@example.com", reason="Asked", now=timezone.now(), by=member(DESK)
    )
    return f"/new-address/{make_token(change)}/"


def check(page, problems, place):
    problems[place] = problems_of(page, (NARROW, PHONE, DESKTOP))


def test_axe_finds_nothing(page, live_server, sign_in, charlotte, odette, ellen, pay):
    receipt, problems = pay(odette), {}
    for address in (asked(ellen), "/new-address/x/"):
        page.goto(live_server.url + address)
        check(page, problems, address)
    pass_code(page, live_server)
    page.get_by_role("button", name="Continue").click()  # without a fact
    check(page, problems, "the fact")

    sign_in(charlotte).goto(f"{live_server.url}/accounts/")
    check(page, problems, "the choice")
    page.get_by_role("button", name="Charlotte Beaumont").click()
    page.locator(".switcher summary").click()
    check(page, problems, "the switcher")
    page.goto(f"{live_server.url}/receipts/{receipt.number}/")
    check(page, problems, "the other account")

    assert {place: found for place, found in problems.items() if found} == {}
