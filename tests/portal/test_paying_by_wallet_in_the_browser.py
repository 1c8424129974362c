"""Wallets and stored cards in Chromium at 360 px, with the sandbox's buttons and sheets."""

import datetime as dt
import re

import pytest
from django.core import mail
from playwright.sync_api import Page, Route, expect

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.gateway.account import register_domain
from payments.models import StoredCard
from pops.core.practice.models import Group
from receipts.models import Receipt
from tests.browsing import accessibility_problems
from tests.factories.accounts import ServiceLineFactory
from tests.payments.stripe_side import store_card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]

# What Safari has on Apple's devices, and Chromium has not.
SAFARI = """
window.ApplePaySession = class { static canMakePayments() { return true; } };
Object.defineProperty(navigator, "vendor", { get: () => "Apple Computer, Inc." });
"""


@pytest.fixture
def owes(guarantor, live_server):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    register_domain(name="localhost")
    return guarantor


def choose(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/pay/")
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()


def wallets_of(page: Page):
    return page.frame_locator('iframe[title="Secure express checkout frame"]')


def sheet(page: Page):
    return page.frame_locator('iframe[title="Your wallet"]')


def card_form(page: Page):
    return page.frame_locator('iframe[title="Secure payment input frame"]')


def type_card(page: Page, number: str = "4242424242424242") -> None:
    card = card_form(page)
    for name, value in (("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("postalCode", "05401")):
        card.locator(f"[name={name}]").fill(value)


def press_pay(page: Page) -> None:
    """By key: Chromium still scrolls to what was typed last in the frame, and a click would miss the button."""
    page.locator("#card-pay").press("Enter")


def pay_by(page: Page, wallet: str, *, card: str | None = None) -> None:
    wallets_of(page).get_by_role("button", name=f"Pay with {wallet}").click()
    if card:
        sheet(page).get_by_label("Card").select_option(label=card)
    sheet(page).get_by_role("button", name="Pay").click()


@pytest.mark.parametrize("wallet", ["Apple Pay", "Google Pay"])
def test_two_clicks_pay_and_receipt_mail_and_list_name_the_wallet(page, live_server, owes, sign_in, wallet):
    Group.objects.update(apple_pay=True, google_pay=True, email_receipts=True)
    page.add_init_script(SAFARI)
    sign_in(owes)
    choose(page, live_server)

    pay_by(page, wallet)

    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    expect(page.locator("main")).to_contain_text(f"{wallet} (Visa ending in 4242)")
    page.goto(f"{live_server.url}/receipts/")
    expect(page.locator("main")).to_contain_text(f"{wallet} (Visa ending in 4242)")
    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    assert f"{wallet} (Visa)" in mail.outbox[-1].body
    assert Receipt.objects.get().transactions.get().method == wallet.lower().replace(" ", "_")


def test_apple_pay_shows_in_safari_alone_and_google_pay_everywhere(page, live_server, owes, sign_in):
    Group.objects.update(apple_pay=True, google_pay=True)
    sign_in(owes)
    choose(page, live_server)

    expect(wallets_of(page).get_by_role("button", name="Pay with Google Pay")).to_be_visible()
    expect(wallets_of(page).get_by_role("button", name="Pay with Apple Pay")).to_have_count(0)
    expect(page.get_by_text("or pay by card")).to_be_visible()
    assert accessibility_problems(page) == []


def test_a_declined_wallet_and_one_that_is_closed(page, live_server, owes, sign_in):
    Group.objects.update(google_pay=True)
    sign_in(owes)
    choose(page, live_server)
    wallets_of(page).get_by_role("button", name="Pay with Google Pay").click()
    assert sheet(page).locator("main").evaluate("box => box.getBoundingClientRect().right <= innerWidth"), "cut off"
    sheet(page).get_by_role("button", name="Cancel").click()
    expect(page.locator('iframe[title="Your wallet"]')).to_have_count(0)
    assert not Receipt.objects.exists()

    pay_by(page, "Google Pay", card="Visa 9995: declined, insufficient funds")

    expect(page.get_by_role("heading", level=1)).to_have_text("Payment unsuccessful")
    expect(page.locator("main")).to_contain_text("The card doesn't have enough funds for this payment.")


def test_switched_off_while_the_page_is_open_nothing_is_charged(page, live_server, owes, sign_in):
    Group.objects.update(google_pay=True)
    sign_in(owes)
    choose(page, live_server)
    button = wallets_of(page).get_by_role("button", name="Pay with Google Pay")
    expect(button).to_be_visible()
    Group.objects.update(google_pay=False)

    pay_by(page, "Google Pay")

    expect(page.get_by_role("alert")).to_contain_text(
        "Nothing was charged. Paying by Google Pay is not offered here any more."
    )
    assert not Receipt.objects.exists()
    type_card(page)
    press_pay(page)
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))


def test_where_no_wallet_is_there_the_page_says_how_to_pay_instead(page, live_server, owes, sign_in):
    Group.objects.update(apple_pay=True, credit_card=False)
    sign_in(owes)
    choose(page, live_server)

    expect(page.get_by_role("status").filter(has_text="Nothing was charged.").first).to_contain_text(
        "This browser has none of the ways to pay that are offered here."
    )


def test_ticked_a_card_is_stored_and_pays_next_time_in_two_clicks(page, live_server, owes, sign_in):
    Group.objects.update(store_payment_method=True, require_cvv=False)
    sign_in(owes)
    choose(page, live_server)
    box = page.get_by_label("Store card for future use")
    expect(box).not_to_be_checked()
    assert accessibility_problems(page) == []
    type_card(page)
    box.check()
    page.get_by_role("button", name="Pay $125.00").click()
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    card = StoredCard.objects.get()
    assert "kept for later payments on account" in card.consent.words
    assert (card.consent.from_address, "Mozilla" in card.consent.from_browser) == ("127.0.0.1", True)

    ServiceLineFactory(guarantor=owes, billed_cents=4_000)
    page.goto(f"{live_server.url}/pay/")
    page.get_by_role("radio", name="Current Balance").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("radio", name="Visa ending in 4242")).to_be_checked()
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Pay $40.00").click()

    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    expect(page.locator("main")).to_contain_text("Visa ending in 4242")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    assert Receipt.objects.count() == 2

    ServiceLineFactory(guarantor=owes, billed_cents=6_000)
    choose(page, live_server)
    other = page.context.new_page()
    other.goto(f"{live_server.url}/profile/")
    other.get_by_text("Remove Visa ending in 4242").first.click()
    other.get_by_role("button", name="Remove Visa ending in 4242").click()
    expect(other.locator("main")).to_contain_text("None. To keep one, tick")
    page.get_by_role("button", name="Pay $60.00").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged. This card is not stored any more.")
    assert Receipt.objects.count() == 2


def test_an_expired_card_is_not_offered_and_another_is_typed(page, live_server, owes, sign_in):
    Group.objects.update(store_payment_method=True, require_cvv=False)
    owes.group.refresh_from_db()
    store_card(owes, cents=500)
    StoredCard.objects.update(expires_on=dt.date(2024, 8, 31))
    sign_in(owes)
    choose(page, live_server)

    expect(page.get_by_text("Visa ending in 4242")).to_have_count(0)
    type_card(page, "5555555555554444")
    press_pay(page)

    expect(page.locator("main")).to_contain_text("Mastercard ending in 4444")


def test_the_security_code_is_asked_again_another_card_pays_and_the_stored_one_is_removed(
    page, live_server, owes, sign_in
):
    Group.objects.update(store_payment_method=True, require_cvv=True)
    sign_in(owes)
    choose(page, live_server)
    type_card(page)
    page.get_by_label("Store card for future use").check()
    page.get_by_role("button", name="Pay $125.00").click()
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    ServiceLineFactory(guarantor=owes, billed_cents=4_000)
    choose(page, live_server)
    code = page.frame_locator('iframe[title="Secure CVC input frame"]').locator("[name=cvc]")
    expect(code).to_be_visible()

    page.get_by_role("button", name="Pay $40.00").click()
    expect(page.get_by_role("alert")).to_contain_text("Your card's security code is incomplete.")
    assert Receipt.objects.count() == 1
    code.fill("123")
    page.get_by_role("button", name="Pay $40.00").click()
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))

    ServiceLineFactory(guarantor=owes, billed_cents=3_000)
    held: list[Route] = []
    page.route("**/stripe.js", lambda route: held.append(route))
    with page.expect_request("**/stripe.js"):
        choose(page, live_server)
    page.get_by_text("Pay with another card").click()  # before Stripe's script is there
    for route in held:
        route.continue_()
    page.unroute("**/stripe.js")
    type_card(page, "5555555555554444")
    press_pay(page)
    expect(page.locator("main")).to_contain_text("Mastercard ending in 4444")
    assert StoredCard.objects.count() == 1, "not ticked"

    page.goto(f"{live_server.url}/profile/")
    page.get_by_text("Remove Visa ending in 4242").first.click()
    page.get_by_role("button", name="Remove Visa ending in 4242").click()
    expect(page.locator("main")).to_contain_text("None. To keep one, tick")
    assert accessibility_problems(page) == []
    page.go_back()
    assert StoredCard.objects.get().detached_at
