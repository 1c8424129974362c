"""Home, Account and Statements in a real browser: narrow and wide, light and dark, by keyboard, without JavaScript."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from pops.core.accounts.models import ServiceLine
from receipts.documents.statements import store_statement_document
from tests.browsing import DESKTOP, NARROW, TABLET, accessibility_problems, problems_at
from tests.factories.accounts import EncounterFactory, PatientFactory, ServiceLineFactory
from tests.factories.statements import imported_statement, statement_of
from tests.moments import NOON

pytestmark = pytest.mark.django_db(transaction=True)

JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)


@pytest.fixture
def account(guarantor, pay):
    """A paid statement and an open one, a new visit and one in collections, of two patients; and some credit."""
    sofia = PatientFactory(guarantor=guarantor, name="Sofia Alvarez")
    ServiceLineFactory(guarantor=guarantor, billed_cents=4_000, service_date="2026-01-05", description="Throat swab")
    statement_of(guarantor, on=JANUARY, due=dt.date(2026, 2, 25))
    pay(guarantor, cents=5_234)
    visit = EncounterFactory(patient=sofia, number=67_900)
    for description in ("Chest X-ray", "Comprehensive metabolic panel"):
        ServiceLineFactory(encounter=visit, billed_cents=10_000, service_date="2026-02-05", description=description)
    statement_of(guarantor, on=FEBRUARY, due=dt.date(2026, 3, 25))
    ServiceLineFactory(guarantor=guarantor, billed_cents=2_500, service_date="2026-03-01", description="Flu shot")
    ServiceLineFactory(guarantor=guarantor, encounter__in_collections=True, description="Cast")
    return guarantor


@pytest.fixture
def open_statement(account):
    return account.statements.get(statement_date=FEBRUARY)


def pages_of(statement):
    return [
        "/",
        "/account/",
        "/account/?first_day=2026-03-01&last_day=2026-02-01",
        "/account/?patient=1",
        "/statements/",
        f"/statements/{statement.pk}/",
        "/pay/",
    ]


def test_axe_finds_nothing_and_nothing_is_too_wide(page, live_server, sign_in, open_statement):
    young = imported_statement(open_statement.guarantor, on=dt.date(2026, 3, 31), balance_cents=100, ago=dt.timedelta())
    sign_in(open_statement.guarantor)
    addresses = [*pages_of(open_statement), f"/statements/{young.pk}/"]

    assert problems_at(page, [live_server.url + address for address in addresses], [NARROW, TABLET, DESKTOP]) == {}


def test_axe_finds_nothing_on_empty_pages(page, live_server, sign_in, guarantor):
    sign_in(guarantor)
    for address in ("/", "/account/", "/statements/", "/statements/?hide_paid=on"):
        page.goto(live_server.url + address)
        assert accessibility_problems(page) == []


def test_a_patient_finds_what_is_due_and_what_it_is_made_of(page, live_server, sign_in, open_statement):
    sign_in(open_statement.guarantor).goto(live_server.url)
    expect(page.locator(".balance-main .amount")).to_have_text("$200.00")
    page.get_by_role("link", name="View current statement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Statement of February 28, 2026")
    expect(page.locator(".summary-total").first).to_contain_text("$200.00")
    expect(page.get_by_role("row", name="Chest X-ray")).to_contain_text("$100.00")

    page.get_by_role("link", name="Statements").first.click()
    expect(page.locator(".receipt-list > li")).to_have_count(2)
    page.get_by_label("Hide paid").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".receipt-list > li")).to_have_count(1)
    expect(page.locator(".receipt-list > li")).to_contain_text("Due March 25, 2026")


def test_visits_are_found_by_their_patient_and_day(page, live_server, sign_in, account):
    sign_in(account).goto(f"{live_server.url}/account/")
    page.get_by_text("Filter visits").click()
    page.get_by_label("Patient").select_option("Sofia Alvarez")
    page.get_by_label("From").fill("2026-02-01")
    page.get_by_role("button", name="Show visits").click()

    expect(page.locator(".visit-list > li")).to_have_count(1)
    expect(page.locator("#visit-67900")).to_contain_text("Comprehensive metabolic panel")
    expect(page.get_by_label("Patient")).to_have_value(str(account.patients.get(name="Sofia Alvarez").pk))
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".visit-list > li")).to_have_count(4)


def test_all_of_it_works_without_javascript(browser, live_server, client_of, open_statement):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    cookie = client_of(open_statement.guarantor).cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    store_statement_document(detail_id=open_statement.detail.pk, now=NOON)

    page.goto(f"{live_server.url}/account/")
    settled = page.locator("section", has=page.get_by_role("heading", name="Nothing left to pay")).locator(".visit")
    expect(settled.get_by_text("Throat swab")).to_be_hidden()
    settled.locator("summary").click()
    expect(settled.get_by_text("Throat swab")).to_be_visible()
    page.goto(f"{live_server.url}/statements/?hide_paid=on")
    page.locator(".receipt-more > summary").click()
    expect(page.get_by_text("Left to pay of it today")).to_be_visible()
    page.get_by_role("link", name="Detailed Statement").click()
    expect(page.get_by_role("link", name="Print")).to_have_attribute(
        "href", f"/statements/{open_statement.pk}/pdf/?open=1"
    )
    context.close()


def press_until(page, name, *, most=40):
    """Go on by Tab until the focus is on what has this name."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in (page.evaluate("document.activeElement.textContent + document.activeElement.id") or ""):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_all_of_it_is_reached_by_keyboard_alone(page, live_server, sign_in, open_statement):
    sign_in(open_statement.guarantor).goto(f"{live_server.url}/account/")
    press_until(page, "January 5, 2026")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Throat swab")).to_be_visible()
    page.goto(f"{live_server.url}/statements/")
    press_until(page, "Show")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".receipt-list > li")).to_have_count(1)
    press_until(page, "Details of the statement")
    page.keyboard.press("Enter")
    press_until(page, "Detailed Statement")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Statement of February 28, 2026")


def test_the_printed_page_is_the_statement_and_nothing_else(page, live_server, sign_in, open_statement):
    sign_in(open_statement.guarantor).goto(f"{live_server.url}/statements/{open_statement.pk}/")
    page.emulate_media(media="print")

    for kept in ("Statement of February 28, 2026", "Previous balance", "Due date", "Chest X-ray"):
        expect(page.locator("main").get_by_text(kept).first).to_be_visible()
    for left in (".site-nav", ".toolbar", ".notice", ".sign-out"):
        expect(page.locator(left).first).to_be_hidden()


def test_markup_in_names_stays_text(page, live_server, sign_in, account):
    ServiceLine.objects.update(description="<b onclick=x>bold</b>")
    sign_in(account).goto(f"{live_server.url}/account/")

    expect(page.get_by_text("<b onclick=x>bold</b>").first).to_be_visible()
