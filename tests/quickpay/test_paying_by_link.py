"""From a link or a printed code to the receipt, in Chromium on a phone of 360 px, with the taps counted."""

import datetime as dt
import re
import subprocess

import pytest
import zxingcpp
from django.core import mail
from PIL import Image
from playwright.sync_api import Page, expect

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.models import Payment
from pops.core.practice.models import Group
from pops.quickpay.addresses import get_address
from pops.quickpay.models import Link
from pops.quickpay.services import make_link
from pops.sessions.models import PortalSession
from receipts.documents.statements import store_statement_document
from receipts.models import Receipt, StatementDocument
from tests.browsing import PHONE, problems_at
from tests.factories.statements import statement_of
from tests.moments import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox", "mail_at_once")]

FOR_EVER = dt.timedelta(days=36_500)


@pytest.fixture(autouse=True)
def site(settings, live_server, tmp_path):
    settings.SITE_URL, settings.MEDIA_ROOT = live_server.url, str(tmp_path)


@pytest.fixture
def address(owes):
    """What a text message says."""
    return get_address(make_link(guarantor=owes, origin=Link.Origin.TEXT, now=NOON, good_for=FOR_EVER)[1])


class Finger:
    """Somebody with a phone on the bus: what they tap is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def open(self, address: str) -> None:
        self.taps += 1
        self.page.goto(address)

    def tap(self, name: str) -> None:
        self.taps += 1
        self.page.get_by_role("button", name=re.compile(name)).click()

    def type_card(self, number: str = "4242424242424242") -> None:
        card = self.page.frame_locator('iframe[title="Secure payment input frame"]')
        for field, text in (("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("postalCode", "05401")):
            card.locator(f"[name={field}]").fill(text)


def pay(finger: Finger, address: str, number: str = "4242424242424242") -> None:
    finger.open(address)
    finger.tap("^Continue$")
    finger.tap("^Continue$")
    finger.type_card(number)
    finger.tap("^Pay ")


def test_from_the_text_to_the_receipt_in_four_taps_and_on_to_the_account(page, address, owes):
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
    finger = Finger(page)
    pay(finger, address)

    expect(page).to_have_url(re.compile(r"/quickpay/[0-9a-f-]{36}/receipt/$"))
    assert finger.taps == 4
    receipt, shown = Receipt.objects.get(), page.locator("main")
    for words in ("Paid", "$125.00", str(receipt.number), "Maria A.", "Visa ending in 4242", "$0.00"):
        expect(shown).to_contain_text(words)
    expect(shown).not_to_contain_text("Annual physical")
    expect(shown).not_to_contain_text("Alvarez")
    assert Payment.objects.get().session == PortalSession.objects.get()
    token = address.rstrip("/").rpartition("/")[2]
    assert [url for url, _ in asked if token in url] == [address]
    assert [referrer for _, referrer in asked if token in referrer] == []

    page.get_by_role("textbox", name="Email address").fill("leo@gmial.com")
    page.get_by_role("button", name="Send").click()
    expect(shown).to_contain_text("Did you mean leo@gmail.com?")
    page.get_by_role("textbox", name="Email address").fill("leo@gmail.com")
    page.get_by_role("button", name="Send").click()
    expect(shown).to_contain_text("The receipt is on its way to leo@gmail.com")
    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    assert {to for one in mail.outbox for to in one.to} == {owes.email, "leo@gmail.com"}

    page.get_by_role("link", name="View Account").click()
    page.get_by_label("Email").fill(owes.email)
    page.get_by_role("button", name=re.compile("code", re.I)).click()
    page.get_by_label(re.compile("code", re.I)).fill(re.search(r"\b\d{6}\b", mail.outbox[-1].body).group())
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/account/"))
    expect(page.locator("main")).to_contain_text("Annual physical")
    assert {(one.authentication, one.origin) for one in PortalSession.objects.all()} == {
        ("quickpay", "text"),
        ("mfa", "text"),
    }


def test_a_printed_statements_code_leads_to_the_receipt(page, owes, tmp_path):
    Group.objects.update(quickpay_statement_days=10_000)
    statement = statement_of(owes)
    store_statement_document(detail_id=statement.detail.pk, now=NOON)
    pdf = tmp_path / StatementDocument.objects.get().file.name
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", pdf, tmp_path / "paper"], check=True)

    [code] = zxingcpp.read_barcodes(Image.open(tmp_path / "paper.png"))
    pay(Finger(page), code.text)

    expect(page.locator("main")).to_contain_text("Paid $125.00")
    assert PortalSession.objects.get().origin == "qr"


def test_a_declined_card_is_told_and_another_one_is_taken(page, address):
    finger = Finger(page)
    pay(finger, address, "4000000000000002")
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment unsuccessful")
    expect(page.get_by_role("textbox")).to_have_count(0)

    page.get_by_role("link", name="Try another card").click()
    finger.tap("^Continue$")
    finger.type_card()
    finger.tap("^Pay ")
    expect(page.locator("main")).to_contain_text("Paid $125.00")


def test_one_link_in_two_browsers_is_paid_once(page, browser, address):
    pay_in_one = Finger(page)
    pay_in_one.open(address)
    pay_in_one.tap("^Continue$")
    other = browser.new_context(viewport=PHONE).new_page()
    pay_in_other = Finger(other)
    pay_in_other.open(address)
    pay_in_other.tap("^Continue$")
    for finger in (pay_in_one, pay_in_other):
        finger.tap("^Continue$")
        finger.type_card()

    # The later one closed the earlier.
    pay_in_other.tap("^Pay ")
    expect(other.locator("main")).to_contain_text("Paid $125.00")
    pay_in_one.tap("^Pay ")
    expect(page.get_by_role("heading", level=1)).to_have_text("This payment was not made")
    assert Receipt.objects.get().amount_cents == 12_500
    page.get_by_role("link", name="Your balance").click()
    expect(page.locator("main")).to_contain_text("This bill has been paid.")
    other.context.close()


def test_its_pages_are_accessible_and_fit(page, live_server, address, owes):
    pay(Finger(page), address)
    expect(page.locator("main")).to_contain_text("Paid")
    receipt = page.url
    pages = [f"{live_server.url}/{path}" for path in ("quickpay/", "receipts/", "q/x/")]

    assert problems_at(page, [address, receipt, *pages]) == {}
