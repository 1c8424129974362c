"""An administrator goes from the empty database to the first patient's payment, by the guide, in Chromium."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core import mail
from playwright.sync_api import Page, expect

from payments.models import Payment
from pops.core.accounts.models import Guarantor
from pops.core.imports.tasks import work_off_imports
from pops.core.practice.models import Practice
from pops.logins.newcomers import let_newcomers_in
from receipts.models import Receipt
from tests.browsing import DESKTOP, TABLET, problems_at
from tests.factories.accounts import UserFactory
from tests.factories.setup import do_all_but_opening
from tests.factories.staff import ADMIN, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox", "mail_at_once")]

# As a practice's own system would export them, in the order of an import.
FILES = {
    "guarantors": "account_number,name,email\n0051207,Beatriz Santos,beatriz@example.com\n",
    "patients": "patient_number,account_number,name,birth_date\nP-1,0051207,Beatriz Santos,1980-03-15\n",
    "encounters": 'encounter_number,patient_number,provider,facility\n71201,P-1,"Priya Raman, MD",Main Clinic\n',
    "service_lines": "encounter_number,line_number,service_date,description,billed\n"
    "71201,1,2026-02-01,Annual physical,125.00\n",
}


@pytest.fixture
def guide(page: Page, live_server, sign_in, settings, stripe_sandbox, worker):
    """The back office as the first administrator finds it, with Stripe's messages and a worker behind it."""
    settings.SITE_URL = live_server.url
    stripe_sandbox.webhook_url = f"{live_server.url}/webhooks/stripe/"
    page.set_viewport_size(DESKTOP)
    sign_in(UserFactory(is_staff=True, is_superuser=True, name="Alex Moreau", email="alex@example.com"))
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_role("heading", name="Set-up guide")).to_be_visible()
    return page


def step(page: Page, key: str):
    return page.locator(f"#{key}")


def go(page: Page, key: str, label: str) -> None:
    step(page, key).get_by_role("link", name=label).click()


def save(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Set-up guide")).to_be_visible()


def await_done(page: Page, key: str) -> None:
    """What comes from elsewhere is seen when the page is asked again."""
    for _ in range(120):
        if step(page, key).get_by_text("Done", exact=True).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(step(page, key).inner_text())


def await_mail(page: Page, to: str) -> str:
    """What the worker has sent to an address."""
    for _ in range(120):
        if sent := [one.body for one in mail.outbox if one.to == [to]]:
            return str(sent[-1])
        page.wait_for_timeout(500)
    raise AssertionError(mail.outbox)


def bring(page: Page, name: str, content: str) -> None:
    page.get_by_label("File", exact=True).set_input_files(
        {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_label("What it holds").select_option(name.capitalize().replace("_", " "))
    page.get_by_role("button", name="Bring the file").click()
    page.get_by_role("button", name="Check the file").click()
    work_off_imports()
    page.get_by_role("button", name=re.compile("^Load ")).click()
    work_off_imports()
    page.get_by_text("Unchanged").wait_for()
    page.get_by_role("link", name="Bring another file").click()


def pay(page: Page) -> None:
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()
    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    for name, value in {"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "postalCode": "05401"}.items():
        card.locator(f"[name={name}]").fill(value)
    # By keyboard: among several windows headless Chromium may send a click to where the page stood before it scrolled.
    page.get_by_role("button", name=re.compile("^Pay ")).press("Enter")
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))


def enter_the_practice(page: Page) -> None:
    go(page, "practice", "Enter the practice")
    save(page, name="Lakeside Family Medicine", time_zone="America/Chicago", phone="(555) 010-2000")
    go(page, "group", "Enter a POPS Group")
    save(page, name="Lakeside")
    go(page, "places", "Add a facility")
    save(page, name="Main Clinic")
    go(page, "places", "Add a provider")
    save(page, name="Priya Raman, MD")
    go(page, "staff", "Give a role")
    page.locator("#id_groups").select_option(label="Administrator")
    save(page, why="She sets POPS up")


def try_stripe_and_mail(page: Page) -> None:
    step(page, "stripe").get_by_role("button", name="Register the domain").click()
    step(page, "stripe").get_by_role("button", name="Ask Stripe for a message").click()
    await_done(page, "stripe")
    go(page, "mail", "Send a test mail")
    page.get_by_role("button", name="Send the test mail").click()
    expect(step(page, "mail")).to_contain_text("The test mail to alex@example.com")
    text = await_mail(page, "alex@example.com")
    page.goto(re.search(r"http\S+/setup/mail/code/\?code=\d+", text).group())
    page.get_by_role("button", name="Confirm").click()
    expect(step(page, "mail")).to_contain_text("arrived on")


def try_a_payment(page: Page, browser) -> None:
    step(page, "payment").get_by_role("button", name="Make the trial account").click()
    link = step(page, "payment").get_by_role("link", name="Pay $1.00 as the trial account").get_attribute("href")
    elsewhere = browser.new_context().new_page()  # a phone, or a private window
    elsewhere.goto(f"{django_settings.SITE_URL}{link}")
    expect(elsewhere.get_by_text("This is the trial account of the set-up guide.")).to_be_visible()
    pay(elsewhere)
    elsewhere.context.close()
    page.get_by_role("link", name="My batch").click()
    page.get_by_label("Description").fill("Trial of the portal")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("link", name="Set-up guide").click()
    go(page, "payment", "Refund it")
    page.get_by_label("Reason").fill("Trial of the set-up guide")
    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_role("link", name="Set-up guide").click()
    await_done(page, "payment")


@pytest.mark.long
def test_from_the_empty_database_to_the_first_patients_payment(guide: Page, live_server, browser):
    page = guide
    expect(page.locator(".setup-state", has_text="Missing")).to_have_count(9)
    enter_the_practice(page)
    try_stripe_and_mail(page)
    go(page, "accounts", "Import accounts")
    for name, content in FILES.items():
        bring(page, name, content)
    let_newcomers_in(limit=10)
    page.get_by_role("link", name="Set-up guide").click()
    try_a_payment(page, browser)

    early = browser.new_context().new_page()
    early.goto(live_server.url)
    expect(early.get_by_role("heading", name="Our online payments aren’t open yet")).to_be_visible()
    early.context.close()
    go(page, "opening", "Open the portal")
    page.get_by_role("button", name="Open the portal to patients").click()
    expect(page.get_by_text("All is set up.")).to_be_visible()
    assert Practice.objects.get().is_open

    patient = browser.new_context().new_page()
    patient.goto(live_server.url)
    patient.get_by_label("Email").fill("beatriz@example.com")
    patient.get_by_role("button", name=re.compile("code", re.I)).click()
    code = re.search(r"\b\d{6}\b", await_mail(patient, "beatriz@example.com")).group()
    patient.get_by_label(re.compile("code", re.I)).fill(code)
    patient.get_by_role("button", name="Sign in").click()
    patient.get_by_role("link", name=re.compile("^Pay")).first.click()
    pay(patient)
    patient.context.close()
    assert [one.amount_cents for one in Receipt.objects.order_by("number")] == [100, -100, 12_500]
    assert Payment.objects.get(amount_cents=12_500).guarantor == Guarantor.objects.get(account_number="0051207")


@pytest.mark.long
def test_the_guide_is_accessible_empty_and_done(page, live_server, sign_in, stripe_sandbox):
    alex = member(ADMIN, email="alex@example.com")
    sign_in(alex)
    paths = ["setup/", "setup/mail/", "setup/mail/code/", "setup/open/", "imports/"]
    addresses = [f"{live_server.url}/admin/desk/{path}" for path in paths]
    assert problems_at(page, addresses, (TABLET, DESKTOP)) == {}
    do_all_but_opening(stripe_sandbox, alex)

    assert problems_at(page, addresses, (TABLET, DESKTOP)) == {}


def test_the_guide_by_keyboard_alone(page, live_server, sign_in, stripe_sandbox):
    alex = member(ADMIN, email="alex@example.com")
    do_all_but_opening(stripe_sandbox, alex)
    sign_in(alex)
    page.goto(f"{live_server.url}/admin/desk/setup/")

    press_tab_to(page, "Open the portal")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open the portal to patients")).to_be_visible()
    press_tab_to(page, "Open the portal to patients")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The portal is open.", exact=True)).to_be_visible()
    assert urlsplit(page.url).fragment == "opening"


def press_tab_to(page: Page, label: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip().startswith(label):
            return
    raise AssertionError(f"{label} is not reached")
