"""A payment in parts, in Chromium at a phone's width: the card is typed once, a declined part is paid after."""

import re

import pytest
from playwright.sync_api import Page, expect

from payments.models import Payment
from pops.local.stripe_sandbox.cards import EVERY_OTHER
from receipts.models import Receipt
from tests.browsing import PHONE, accessibility_problems
from tests.payments.stripe_side import intents_of, owe_two

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]

ASKS = "4000002760003184"


@pytest.fixture
def card_page(page: Page, live_server, guarantor, sign_in):
    """The card form of $100.00 that go to two providers."""
    owe_two(guarantor)
    page.set_viewport_size(PHONE)
    sign_in(guarantor)
    page.goto(f"{live_server.url}/pay/")
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()
    return page


def enter_card(page: Page, number: str) -> None:
    card = page.frame_locator('iframe[title="Secure payment input frame"]')
    for name, text in (("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("postalCode", "05401")):
        card.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def test_the_second_part_declined_is_said_and_paid_after(card_page, live_server):
    shown = card_page.locator("main")
    for text in ("Charged in 2 parts", "Mina Ahn, MD", "$40.00", "Ravi Bose, MD", "$60.00"):
        expect(shown).to_contain_text(text)
    assert accessibility_problems(card_page) == []
    enter_card(card_page, EVERY_OTHER)

    expect(card_page.get_by_role("heading", level=1)).to_contain_text("Paid $40.00")
    for text in ("$60.00 of your payment was not charged", "Ravi Bose, MD: $60.00", "doesn’t have enough funds"):
        expect(shown).to_contain_text(text.replace("’", "'"))
    expect(shown).to_contain_text("Still owed on your account now: $60.00")
    expect(card_page.get_by_role("link", name="Pay it")).to_have_count(0)  # the rest's button asks for the same
    assert accessibility_problems(card_page) == []
    card_page.get_by_role("button", name="Pay the rest, $60.00").click()
    enter_card(card_page, EVERY_OTHER)

    expect(card_page.get_by_role("heading", level=1)).to_contain_text("Paid $60.00")
    assert sorted(Receipt.objects.values_list("amount_cents", flat=True)) == [4000, 6000]
    card_page.goto(f"{live_server.url}/receipts/{Receipt.objects.earliest('pk').pk}/")
    expect(shown).to_contain_text("was paid since")
    expect(card_page.get_by_role("button", name=re.compile("Pay the rest"))).to_have_count(0)


def test_the_bank_asks_for_each_part_and_a_reload_half_way_takes_none_twice(card_page, stripe_sandbox):
    enter_card(card_page, ASKS)
    bank = card_page.frame_locator('iframe[title="Your bank\'s security check"]')
    bank.get_by_role("button", name="Complete").click()
    expect(card_page.locator("#card-status")).to_contain_text("Part 2 of 2")
    bank.get_by_role("button", name="Complete").wait_for()

    card_page.reload()

    expect(card_page.get_by_role("heading", level=1)).to_contain_text("Paid $40.00")
    first, second = intents_of(Payment.objects.get())
    assert stripe_sandbox.payment_intent(first)["amount_received"] == 4000
    assert stripe_sandbox.payment_intent(second)["status"] == "canceled"
