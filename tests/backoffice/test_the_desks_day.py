"""The front desk's day in Chromium: sign in, take money, count wrong, explain, close; a manager reopens and refunds."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from batches.models import BatchClose, BatchDocument, ReferenceBatch
from pops.core.accounts.models import Guarantor
from receipts.models import Receipt
from receipts.tasks import make_missing
from tests.browsing import accessibility_problems
from tests.factories.accounts import PatientFactory, ServiceLineFactory
from tests.factories.desk import batch_of, count_out, take
from tests.factories.staff import DESK, MANAGER, member

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long sentence for a test"
TABLET = {"width": 768, "height": 1024}


@pytest.fixture(autouse=True)
def on_a_tablet(page: Page, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    page.set_viewport_size(TABLET)


@pytest.fixture
def maria(guarantor: Guarantor) -> Guarantor:
    PatientFactory(guarantor=guarantor, name="Leo Alvarez")
    ServiceLineFactory(guarantor=guarantor, billed_cents=9000, description="Annual physical")
    return guarantor


def sign_in_by_hand(page: Page, url: str, email: str) -> None:
    """Password, then the authenticator that is set up at the first sign-in."""
    page.goto(f"{url}/admin/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Set up your authenticator")).to_be_visible()
    assert accessibility_problems(page) == []
    page.goto(f"{url}/admin/")  # there is no way around it
    secret = page.locator(".reference").inner_text()
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Keep your recovery codes")).to_be_visible()
    page.get_by_role("link", name="Go to the back office").click()


def fill(page: Page, **amounts: str) -> None:
    for label, amount in amounts.items():
        page.get_by_label(label.replace("_", " ").capitalize(), exact=True).first.fill(amount)


def test_the_front_desks_day(page, live_server, maria, sign_in):
    dana = member(DESK)
    dana.name = "Dana Whitfield"
    dana.set_password(PASSWORD)
    dana.save()

    sign_in_by_hand(page, live_server.url, dana.email)

    # A batch to work in
    page.get_by_role("main").get_by_role("link", name="My batch").click()
    page.get_by_label("Description").fill("Front desk, morning")
    page.get_by_role("button", name="Open the batch").click()
    expect(page.get_by_text("You work in the new batch Front desk, morning, ")).to_be_visible()

    # Cash
    page.get_by_role("main").get_by_role("link", name="Take a payment").click()
    page.get_by_label("Who pays?").fill("leo alv")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=maria.name).click()
    fill(page, amount="50.00")
    expect(page.locator("[data-total]")).to_have_text("$50.00")
    page.get_by_role("button", name="Issue the receipt").click()
    first = Receipt.objects.get()
    expect(page.get_by_text(f"Receipt {first.pk} was issued.")).to_be_visible()

    # A split tender right after it: why?
    page.goto(f"{live_server.url}/admin/desk/payment/{maria.pk}/")
    page.get_by_text("Several ways at once").click()
    page.locator("#id_cash").fill("20.00")
    fill(page, first_check="30.00")
    page.get_by_label("First check's number").fill("1041")
    page.get_by_role("button", name="Issue the receipt").click()
    expect(page.get_by_text("You took $50.00 from this guarantor")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("$50.00 is more than the $40.00 owed; keep $10.00 as credit?")
    assert Receipt.objects.count() == 1
    page.get_by_label("Why is there a second payment?").fill("The rest of her bill")
    page.get_by_role("button", name="Issue the receipt").click()
    expect(page.get_by_text("Check 1041")).to_be_visible()
    assert Receipt.objects.latest("pk").postings.get().amount_cents == 4000  # $40.00 were left, $10.00 are escrow

    # Count without seeing what is expected, and wrong
    page.get_by_role("link", name="My batch").first.click()
    page.get_by_role("link", name="Reconcile and close").click()
    for amount in ("70.00", "30.00"):
        expect(page.locator("#content")).not_to_contain_text(amount)
    fill(page, cash="69.00", checks="30.00", cards="0", other="0")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".desk-compare")).to_contain_text("-$1.00")
    expect(page.get_by_text("Nothing. All payments and refunds are settled.")).to_be_visible()
    page.get_by_role("button", name="Close the batch").click()
    expect(page.get_by_text("The count differs from what is expected. Say why before you close.")).to_be_visible()
    page.get_by_label("Note").fill("One dollar was given as change twice.")
    page.get_by_role("button", name="Close the batch").click()

    # Closed, with its packet
    expect(page.get_by_text("The batch is closed.")).to_be_visible()
    assert BatchClose.objects.get().over_short_cents == -100
    make_missing()
    expect(page.get_by_role("heading", name="Closed, to be printed")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Close packet (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-1.7")
    assert BatchDocument.objects.count() == 4
    page.get_by_role("link", name="Front desk, morning").click()
    expect(page.locator("#content")).to_contain_text(BatchDocument.objects.get(kind="packet").sha256)


def test_a_manager_reopens_and_refunds_and_the_patient_sees_it(page, live_server, maria, sign_in):
    ruth = member(MANAGER)
    batch_of(ruth, "Mail")
    receipt = take(ruth, guarantor=maria)
    count = count_out(receipt.batch, ruth, cash=5000)
    sign_in(ruth)

    page.goto(f"{live_server.url}/admin/desk/batches/{receipt.batch_id}/close/{count.pk}/")
    page.get_by_role("button", name="Close the batch").click()
    page.get_by_role("link", name="Mail").click()
    expect(page.locator("#content")).to_contain_text("still being made")
    make_missing()
    page.reload()
    page.get_by_role("link", name="Reopen").click()
    page.get_by_role("button", name="Reopen the batch").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    page.get_by_label("Reason").fill("A check lay under the keyboard.")
    page.get_by_role("button", name="Reopen the batch").click()
    expect(page.get_by_text("A check lay under the keyboard.")).to_be_visible()
    assert ReferenceBatch.objects.get().is_open

    page.get_by_role("link", name="History").click()
    expect(page.locator("#content")).to_contain_text("Why: A check lay under the keyboard.")
    expect(page.locator("#content")).to_contain_text(str(ruth))

    sign_in(maria)
    page.goto(f"{live_server.url}/receipts/")
    expect(page.locator("main")).to_contain_text(str(receipt.pk))

    sign_in(ruth)
    batch_of(ruth, "Afternoon")
    page.goto(f"{live_server.url}/admin/receipts/receipt/{receipt.pk}/change/")
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label("Cash").fill("20.00")
    page.get_by_label("Reason").fill("Paid too much")
    page.get_by_role("button", name="Refund").click()
    refund = Receipt.objects.get(kind="refund")
    expect(page.get_by_text(f"The refund is receipt {refund.pk}.")).to_be_visible()
    assert (refund.amount_cents, refund.batch.description) == (-2000, "Afternoon")

    sign_in(maria)
    page.goto(f"{live_server.url}/receipts/")
    expect(page.locator("main")).to_contain_text(re.compile(r"20\.00"))


@pytest.fixture
def page_for_axe(browser):
    """axe writes styles into long pages, which our policy forbids."""
    context = browser.new_context(viewport=TABLET, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_the_desks_pages_are_accessible_and_fit_a_tablet(page_for_axe, live_server, maria, client_of, open_batch):
    page = page_for_axe
    ruth = member(MANAGER)
    batch = batch_of(ruth, "Front desk")
    receipt = take(ruth, guarantor=maria)
    count = count_out(batch, ruth)
    cookie = client_of(ruth).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    for address in (
        "",
        "desk/batch/",
        "desk/payment/?q=maria",
        f"desk/payment/{maria.pk}/",
        f"desk/batches/{batch.pk}/count/",
        f"desk/batches/{batch.pk}/close/{count.pk}/",
        f"desk/batches/{open_batch.pk}/close/",
        f"desk/batches/{batch.pk}/change/",
        "desk/month-end/",
        f"desk/receipts/{receipt.pk}/refund/",
        f"desk/receipts/{receipt.pk}/move/",
        f"desk/receipts/{receipt.pk}/print/",
        f"batches/referencebatch/{batch.pk}/change/",
        f"receipts/receipt/{receipt.pk}/change/",
    ):
        page.goto(f"{live_server.url}/admin/{address}")
        assert accessibility_problems(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
