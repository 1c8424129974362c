"""Something went wrong on the way: each page begins with the money, and neither amount nor card is asked for again."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from payments.gateway.intents import Result
from payments.models import Payment
from receipts.models import Receipt
from tests.concurrency import wait_until
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.payments import PaymentFactory
from tests.payments.stripe_side import start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]

WRONG_CODE = "4000000000000127"


@pytest.fixture
def owes(guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    return guarantor


@pytest.fixture
def card_page(page, live_server, sign_in, owes):
    """The card page of an attempt of $50.00."""
    sign_in(owes)
    payment = start(owes)

    def open_page(address=""):
        page.goto(f"{live_server.url}/pay/{payment.pk}/{address}", wait_until="commit")
        return page

    return open_page


def card_of(page):
    return page.frame_locator('iframe[title="Secure payment input frame"]')


def enter_card(page, number):
    for name, value in (("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("postalCode", "05401")):
        card_of(page).locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def test_a_mistyped_code_stays_on_the_card_page_with_card_amount_and_the_receipt_of_the_try(card_page, owes):
    page = card_page()
    enter_card(page, WRONG_CODE)

    declined = page.get_by_role("alert").first
    expect(declined).to_contain_text("Nothing was charged.")
    expect(declined).to_contain_text("security code")
    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.amount_cents) == ("unsuccessful", 0)
    expect(page.get_by_text(f"The try before is under receipt {receipt.number}")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay $50.00")
    expect(card_of(page).locator("[name=number]")).to_have_value("4000 0000 0000 0127")

    enter_card(page, "4242424242424242")

    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))
    assert sorted(Receipt.objects.values_list("status", "amount_cents")) == [("paid", 5000), ("unsuccessful", 0)]
    assert sorted(owes.payments.values_list("state", flat=True)) == ["paid", "unsuccessful"]


def test_reloading_after_a_slip_shows_the_attempt_that_follows(card_page, owes):
    page = card_page()
    enter_card(page, WRONG_CODE)
    expect(page.get_by_role("alert").first).to_contain_text("security code")

    page.reload()

    expect(page.get_by_role("button", name="Pay $50.00")).to_be_enabled()
    assert page.url.endswith(f"/pay/{owes.payments.get(state='started').pk}/")


@pytest.mark.parametrize("number", ["4000000000000002", "4000000000009995"])
def test_another_decline_is_followed_by_no_attempt_of_its_own(card_page, owes, number):
    page = card_page()
    enter_card(page, number)

    expect(page.get_by_role("heading", level=1)).to_have_text("Payment unsuccessful")
    expect(page.locator(".outcome p").nth(1)).to_contain_text("Your card was not charged.")
    assert owes.payments.count() == 1


def test_another_card_is_tried_without_typing_the_amount_again(page, live_server, sign_in, owes, pay):
    declined = pay(owes, cents=4210, result=Result.DECLINED)
    sign_in(owes).goto(f"{live_server.url}/receipts/{declined.number}/")

    page.get_by_role("link", name="Try another card").click()

    expect(page.get_by_label("Other amount, in dollars")).to_have_value("42.10")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay $42.10")
    page.get_by_role("link", name="Change the amount").click()
    expect(page.get_by_label("Other amount, in dollars")).to_have_value("42.10")


@pytest.mark.parametrize(("asked", "chosen"), [("125.00", "Current Balance"), ("125.01", "Other amount")])
def test_the_balance_is_chosen_again_where_it_was_the_amount(page, live_server, sign_in, owes, asked, chosen):
    sign_in(owes).goto(f"{live_server.url}/pay/?amount={asked}")

    expect(page.get_by_role("radio", name=chosen)).to_be_checked()


def test_who_looks_what_became_of_an_open_payment_is_told_before_the_card_form(card_page):
    page = card_page("return/")

    notice = page.get_by_role("status").filter(has_text="Nothing was charged.")
    expect(notice).to_contain_text("Our card processor has no payment for this.")
    expect(page.get_by_role("button", name="Pay $50.00")).to_be_enabled()


def test_a_reload_amid_the_banks_check_says_that_nothing_was_charged(card_page):
    page = card_page()
    enter_card(page, "4000002500003155")
    expect(page.locator('iframe[title="Your bank\'s security check"]')).to_be_visible()

    page.reload()

    expect(page.locator("main")).to_contain_text("Nothing was charged. Your bank asked you to confirm the payment")
    enter_card(page, "4242424242424242")
    expect(page).to_have_url(re.compile(r"/receipts/\d+/$"))


def wait_long(page: Page) -> None:
    """Let eleven seconds pass on the page's clock, as soon as its script is there to count them."""

    def is_slow() -> bool:
        page.clock.fast_forward(11_000)
        return page.locator("#card-slow").is_visible()

    wait_until(is_slow)


@pytest.mark.parametrize("blocked", ["**/elements/payment*", "**/stripe.js"])
def test_a_form_that_does_not_come_up_says_so_after_some_seconds(card_page, page, blocked):
    page.clock.install()
    held: list[Route] = []
    page.route(blocked, lambda route: held.append(route))  # never answered

    card_page()

    expect(page.get_by_text("Loading the card form…")).to_be_visible()
    expect(page.get_by_text("The card form does not come up.")).to_be_hidden()
    wait_long(page)
    expect(page.locator("#card-slow")).to_contain_text("Nothing was charged. The card form does not come up.")
    expect(page.get_by_role("link", name="reload it")).to_be_visible()


def test_a_form_that_comes_late_takes_the_warning_back(card_page, page):
    page.clock.install()
    held: list[Route] = []
    page.route("**/elements/payment*", lambda route: held.append(route))
    with page.expect_request("**/elements/payment*"):
        card_page()
    expect(page.get_by_text("Loading the card form…")).to_be_visible()
    wait_long(page)

    for route in held:
        route.continue_()

    expect(page.get_by_role("button", name="Pay $50.00")).to_be_enabled()
    expect(page.locator("#card-slow")).to_be_hidden()


def test_a_script_that_is_refused_says_so_at_once(card_page, page):
    page.route("**/stripe.js", lambda route: route.abort())

    card_page()

    expect(page.get_by_role("alert").first).to_contain_text("Nothing was charged. The card form could not be loaded.")


@pytest.mark.parametrize(
    ("state", "first"),
    [
        ("processing", "Your money may be on its way: don’t pay again."),
        ("review", "Your card may have been charged: don’t pay again."),
        ("abandoned", "Your card was not charged for this payment of $50.00."),
        ("returned", "Your money went back to the card or wallet it came from."),
    ],
)
def test_each_state_begins_with_the_money(owes, client_of, state, first):
    payment = PaymentFactory(guarantor=owes, state=state)

    page = client_of(owes).get(f"/pay/{payment.pk}/").content.decode()

    sentences = re.sub(r"<[^>]+>", "", page[page.index("</h1>") :])
    sentences = re.sub(r"\s+", " ", sentences).removeprefix(" $50.00").strip()
    assert sentences.startswith(first)


def test_the_attempt_that_follows_is_the_same_however_often_it_is_asked_for(owes, client_of, stripe_sandbox):
    payment = start(owes)
    stripe_sandbox.confirm(payment.intent_id, card_number=WRONG_CODE)
    client = client_of(owes)

    answers = [client.post(f"/pay/{payment.pk}/again/").json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert Payment.objects.count() == 2
    assert answers[0]["receipt"] == Receipt.objects.get().number


def test_only_a_slip_of_ones_own_is_followed(owes, client_of, stripe_sandbox):
    slip, still_open, paid = start(owes), start(owes), start(owes)
    stripe_sandbox.confirm(slip.intent_id, card_number=WRONG_CODE)
    stripe_sandbox.confirm(paid.intent_id)

    assert client_of(GuarantorFactory()).post(f"/pay/{slip.pk}/again/").status_code == 404
    for payment in (still_open, paid):
        assert client_of(owes).post(f"/pay/{payment.pk}/again/").status_code == 409
    assert Payment.objects.count() == 3
