"""A guarantor pays, in Chromium, with the Payment Element of the sandbox."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from payments.models import Payment
from receipts.models import Receipt
from tests.factories.accounts import ServiceLineFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox", "mail_at_once")]


@pytest.fixture
def owes(guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500, description="Annual physical")
    return guarantor


def choose(page: Page, live_server, amount: str = "") -> None:
    page.goto(f"{live_server.url}/pay/")
    if amount:
        page.get_by_role("radio", name="Other amount").check()
        page.get_by_label("Other amount, in dollars").fill(amount)
    else:
        page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()


def enter_card(page: Page, number: str) -> None:
    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    card.locator("[name=number]").fill(number)
    card.locator("[name=expiry]").fill("12 / 34")
    card.locator("[name=cvc]").fill("123")
    card.locator("[name=postalCode]").fill("05401")
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def test_from_the_emailed_code_to_the_receipt(page, live_server, owes):
    page.goto(live_server.url)
    page.get_by_label("Email").fill(owes.email)
    page.get_by_role("button", name=re.compile("code", re.I)).click()
    code = re.search(r"\b\d{6}\b", mail.outbox[-1].body).group()
    page.get_by_label(re.compile("code", re.I)).fill(code)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("$125.00").first).to_be_visible()
    page.get_by_role("link", name="See what it is made of").click()
    expect(page.get_by_text("Annual physical").first).to_be_visible()

    page.get_by_role("link", name=re.compile("^Pay")).first.click()
    choose(page, live_server)
    enter_card(page, "4242424242424242")

    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    receipt = Receipt.objects.get()
    shown = page.locator("main")
    for text in ("Paid", str(receipt.number), "$125.00", "Visa", "4242", receipt.transactions.get().number):
        expect(shown).to_contain_text(text)

    page.get_by_role("banner").get_by_role("link", name="Receipts").click()
    expect(page.locator("main")).to_contain_text(str(receipt.number))
    link = page.get_by_role("banner").get_by_role("link", name="Receipts").bounding_box()
    assert link["x"] > 360 / 2  # upper right
    assert link["y"] < 200


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("4000000000000002", "Your bank declined the card. Your bank can tell you why."),
        ("4000000000009995", "The card doesn't have enough funds for this payment."),
        ("4000000000000069", "The card has expired."),
    ],
)
def test_a_declined_card_is_told_plainly_and_was_not_charged(page, live_server, owes, sign_in, number, reason):
    sign_in(owes)
    choose(page, live_server, "50.00")
    enter_card(page, number)

    expect(page.get_by_role("heading", level=1)).to_have_text("Payment unsuccessful")
    shown = page.locator("main")
    for text in (reason, "Your card was not charged.", "$0.00"):
        expect(shown).to_contain_text(text)
    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.amount_cents) == ("unsuccessful", 0)
    expect(page.get_by_role("link", name="Try another card")).to_be_visible()


def bank(page: Page):
    return page.frame_locator('iframe[title="Your bank\'s security check"]')


def test_the_banks_check_is_passed(page, live_server, owes, sign_in):
    sign_in(owes)
    choose(page, live_server, "50.00")
    enter_card(page, "4000002500003155")
    bank(page).get_by_role("button", name="Complete").click()

    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    assert Receipt.objects.get().amount_cents == 5000


def test_the_banks_check_is_failed(page, live_server, owes, sign_in):
    sign_in(owes)
    choose(page, live_server, "50.00")
    enter_card(page, "4000002500003155")
    bank(page).get_by_role("button", name="Fail").click()

    expect(page.locator("main")).to_contain_text("Your bank asked to confirm the payment, and that was not done.")
    assert Receipt.objects.get().status == "unsuccessful"


def test_a_payment_in_progress_says_so_and_turns_by_itself(page, live_server, owes, sign_in, stripe_sandbox):
    sign_in(owes)
    choose(page, live_server, "50.00")
    enter_card(page, "4000000077770008")

    expect(page.get_by_role("heading", level=1)).to_have_text("Your payment is in progress")
    assert not Receipt.objects.exists()

    stripe_sandbox.settle(Payment.objects.get().intent_id)
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    expect(page.locator("main")).to_contain_text("$50.00")


def test_a_mistyped_card_stays_on_the_page_and_makes_no_receipt(page, live_server, owes, sign_in):
    sign_in(owes)
    choose(page, live_server, "50.00")
    enter_card(page, "4242424242424241")

    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    expect(card.locator("#number-error")).to_contain_text("card number")
    assert not Receipt.objects.exists()


def test_a_double_click_on_pay_charges_once(page, live_server, owes, sign_in, stripe_sandbox):
    sign_in(owes)
    choose(page, live_server, "50.00")
    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    card.locator("[name=number]").fill("4242424242424242")
    card.locator("[name=expiry]").fill("12 / 34")
    card.locator("[name=cvc]").fill("123")
    card.locator("[name=postalCode]").fill("05401")
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick()

    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    assert Receipt.objects.count() == 1
    assert len([event for event in stripe_sandbox.events if event["type"] == "charge.succeeded"]) == 1


def test_a_wrong_amount_is_told_at_the_field(page, live_server, owes, sign_in):
    sign_in(owes)
    choose(page, live_server, "0.001")

    expect(page.get_by_role("alert")).to_contain_text("Enter an amount in dollars and cents, for example 25.00.")
    expect(page.get_by_label("Other amount, in dollars")).to_have_value("0.001")


def test_of_two_windows_the_later_is_charged_and_the_earlier_says_so(page, live_server, owes, sign_in):
    sign_in(owes)
    choose(page, live_server)
    expect(page.get_by_role("button", name="Pay $125.00")).to_be_enabled()
    later = page.context.new_page()
    choose(later, live_server)
    expect(later.get_by_role("button", name="Pay $125.00")).to_be_enabled()

    enter_card(page, "4242424242424242")

    expect(page.get_by_role("heading", level=1)).to_have_text("This payment was not made")
    expect(page.locator("main")).to_contain_text("Your card was not charged")
    assert not Receipt.objects.exists()

    enter_card(later, "4242424242424242")
    expect(later).to_have_url(re.compile(r"/receipts/\d+/$"))
    assert Receipt.objects.get().amount_cents == 12_500


def test_a_payment_at_the_bank_in_another_window_is_asked_about(page, live_server, owes, sign_in):
    sign_in(owes)
    choose(page, live_server)
    later = page.context.new_page()
    later.goto(f"{live_server.url}/pay/")
    enter_card(page, "4000000077770008")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your payment is in progress")

    later.get_by_role("radio", name="Current Balance").check()
    later.get_by_role("button", name="Continue").click()

    expect(later.locator("main")).to_contain_text("You may be paying twice")
    expect(later.locator("main")).to_contain_text("$125.00 is being made right now")
    assert Payment.objects.count() == 1
