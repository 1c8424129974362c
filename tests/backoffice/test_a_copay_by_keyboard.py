"""The desk without a mouse, in Chromium: copays in a few keys, a family's check, a question, a void."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.web.backoffice.models import Desk
from receipts.models import Receipt
from tests.backoffice.keys import Keys
from tests.browsing import DESKTOP, TABLET, problems_of
from tests.factories.accounts import GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.appointments import AppointmentFactory
from tests.factories.staff import DESK, member

pytestmark = pytest.mark.django_db(transaction=True)

# Beside name and amount.
MOST_KEYS = 8
STAY = "window.printed = 0; window.print = () => { window.printed += 1; };"


@pytest.fixture
def leo(guarantor: Guarantor):
    return PatientFactory(guarantor=guarantor, name="Leo Alvarez")


@pytest.fixture
def keys(page: Page, live_server, practice, sign_in) -> Keys:
    page.set_viewport_size(DESKTOP)
    page.add_init_script(STAY)
    sign_in(member(DESK, name="Dana Whitfield"))
    page.goto(live_server.url + reverse("admin:index"))
    return Keys(page)


def count_keys(keys: Keys, job) -> int:
    before = keys.pressed
    job()
    return keys.pressed - before


def amount(page: Page):
    return page.get_by_label("Amount", exact=True)


def test_three_copays_in_a_few_keys_each(page, keys, leo):
    AppointmentFactory(patient=leo, visit_type="Well child", starts_at=timezone.now())
    Desk.objects.create(user=User.objects.get(name="Dana Whitfield"), paper="roll", prints=True)

    def in_cash():
        keys.find("leo alv", sees=leo.guarantor.name)
        expect(amount(page)).to_be_focused()
        expect(page.get_by_text("Your first payment opens one")).to_be_visible()
        keys.type("40")
        keys.press("Tab", "Tab")
        keys.type("50")
        expect(page.locator("[data-change]")).to_have_text("$10.00")
        keys.press("Enter")
        expect(page.get_by_text("Change due: $10.00.")).to_be_visible()

    def by_check():
        keys.find("leo alv", sees=leo.guarantor.name)
        expect(amount(page)).to_have_value("40.00")  # the usual one
        expect(amount(page)).to_be_focused()
        keys.press("Tab", "ArrowRight", "ArrowRight", "Tab")
        keys.type("1042")
        keys.press("Enter")

    assert count_keys(keys, in_cash) <= MOST_KEYS
    first = Receipt.objects.get()
    assert (first.copay.patient, first.copay.visit_type, first.postings.count()) == (leo, "Well child", 0)
    assert first.batch.description == "Front desk, Dana Whitfield"
    page.wait_for_function("() => window.printed === 1")  # The content policy lets no words be read as code later on.
    assert page.locator("link[href*='paper-roll']").count() == 1
    expect(page.locator(".slip")).to_contain_text("Not yet applied to a service")
    expect(page.locator(".slip")).to_contain_text("$50.00 handed over, $10.00 change")
    page.reload()
    assert page.evaluate("window.printed") == 0, "a reload prints no second one"

    assert count_keys(keys, by_check) <= MOST_KEYS
    expect(page.get_by_label("Why is there a second payment?")).to_be_visible()
    keys.walk_to("Why is there a second payment?")
    keys.type("Her brother")
    keys.walk_to("Issue the receipt")
    keys.press("Enter")
    expect(page.locator(".notice")).to_contain_text("was issued")
    assert Receipt.objects.latest("pk").transactions.get().check_number == "1042"

    # Who paid check 1042? And the receipt is voided.
    keys.find("1042", sees="Check 1042")
    expect(page.get_by_role("heading", name=f"Receipt {Receipt.objects.latest('pk').pk}")).to_be_visible()
    keys.walk_to("Void")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Void the receipt")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    expect(page.get_by_label("Reason")).to_have_accessible_description(
        re.compile("The receipt stays, marked as voided")
    )
    keys.type("Wrong patient")
    keys.press("Tab", "Enter")
    expect(page.get_by_text("is voided.")).to_be_visible()
    assert Receipt.objects.latest("pk").void.reason == "Wrong patient"


def test_a_copay_by_card_in_a_few_keys(page, keys, leo):
    def by_card():
        keys.find("leo alv", sees=leo.guarantor.name)
        expect(amount(page)).to_be_focused()
        keys.type("40")
        keys.press("Tab", "ArrowRight", "Tab")
        keys.type("Visa")
        keys.press("Tab")
        keys.type("4242")
        keys.press("Tab")
        keys.type("A1B2C3")
        keys.press("Enter")
        expect(page.get_by_text("was issued.")).to_be_visible()

    assert count_keys(keys, by_card) <= MOST_KEYS
    paid = Receipt.objects.get().transactions.get()
    assert (paid.method, paid.card_brand, paid.card_last4, paid.approval_code) == ("card", "visa", "4242", "A1B2C3")


def test_a_question_before_a_wrong_amount_is_asked_once(page, keys, leo):
    ServiceLineFactory(guarantor=leo.guarantor, billed_cents=9790)

    keys.find("leo alv", sees=leo.guarantor.name)
    expect(amount(page)).to_have_value("97.90")
    page.wait_for_function("() => document.activeElement.selectionEnd === 5")  # what is typed takes its place
    keys.type("4000")
    keys.press("Enter")
    question = "$4,000.00 is more than the $97.90 owed; keep $3,902.10 as credit?"
    expect(page.get_by_role("alert")).to_contain_text(question)
    assert problems_of(page, (TABLET, DESKTOP)) == []
    assert not Receipt.objects.exists()

    keys.walk_to("Yes, take $4,000.00")
    keys.press("Enter")
    expect(page.get_by_text("was issued.")).to_be_visible()
    assert Receipt.objects.get().postings.get().amount_cents == 9790


def test_a_familys_check(page, keys, leo):
    james = GuarantorFactory(name="James Alvarez")

    keys.find("leo alv", sees=leo.guarantor.name)
    expect(amount(page)).to_be_focused()
    keys.press("Tab", "ArrowRight", "ArrowRight")
    keys.walk_to("This check pays for other accounts too")
    keys.press("Enter")
    expect(page.get_by_label("Add an account")).to_be_visible()
    keys.walk_to("Add an account")
    keys.type("james")
    keys.press("Enter")
    expect(page.get_by_role("link", name=f"Add {james.name}")).to_be_visible()
    keys.walk_to(f"Add {james.name}")
    keys.press("Enter")
    expect(page.get_by_label(f"Share of {james.name}")).to_be_visible()
    shares = {f"Share of {leo.guarantor.name}": "20", f"Share of {james.name}": "40"}
    for label, text in {"Check amount": "60", "Check number": "77", **shares}.items():
        keys.walk_to(label)
        keys.type(text)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(f"{james.name}: Nothing is owed; keep $40.00 as credit?")
    assert problems_of(page, (TABLET, DESKTOP)) == []
    keys.walk_to("Yes, these shares are meant")
    keys.press("Enter")
    expect(page.get_by_text("were issued over check 77")).to_be_visible()
    assert sorted(Receipt.objects.values_list("amount_cents", flat=True)) == [2000, 4000]


def test_find_looks_right_and_works_without_scripts(page, keys, leo, browser, live_server):
    keys.press("/")
    keys.type("al")
    expect(page.locator(".find-row").first).to_contain_text(leo.guarantor.name)
    assert problems_of(page, (TABLET, DESKTOP)) == []
    keys.press("ArrowDown", "ArrowDown", "ArrowUp")
    expect(page.locator("#find-row-1")).to_have_attribute("aria-selected", "true")
    keys.press("Escape")
    expect(page.locator("#find")).to_be_hidden()

    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    other = plain.new_page()
    other.goto(live_server.url + reverse("admin:index"))
    other.locator("[data-find]").click()
    other.get_by_role("searchbox").fill("leo")
    other.get_by_role("button", name="Find").click()
    other.get_by_role("link", name=leo.guarantor.name, exact=True).click()
    expect(other.get_by_label("Amount", exact=True)).to_be_visible()
    other.get_by_label("Amount", exact=True).fill("12")
    other.get_by_role("button", name="Issue the receipt").click()
    expect(other.get_by_text("was issued.")).to_be_visible()
    plain.close()
