"""The stripe.js stand-in in Chromium, on a page with the product's strict Content-Security-Policy."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from pops.local.stripe_sandbox import StripeSandbox
from tests.local.stripe_sandbox.shop import open_shop

CARD_FRAME = 'iframe[title="Secure payment input frame"]'
BANK_FRAME = 'iframe[title="Your bank\'s security check"]'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[StripeSandbox]:
    with StripeSandbox(processing_delay=600) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(sandbox: StripeSandbox) -> stripe.StripeClient:
    return stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})


@pytest.fixture(scope="module")
def shop(sandbox: StripeSandbox) -> Iterator[str]:
    with open_shop(sandbox) as address:
        yield address


@pytest.fixture
def pay_page(page: Page, shop: str, client: stripe.StripeClient) -> Callable[..., stripe.PaymentIntent]:
    def pay_page(query: str = "", **params: object) -> stripe.PaymentIntent:
        intent = client.v1.payment_intents.create({"amount": 5000, "currency": "usd", **params})  # type: ignore[typeddict-item]
        page.goto(f"{shop}/?secret={intent.client_secret}{query}")
        expect(page.locator("#log")).to_contain_text("ready")
        return intent

    return pay_page


def card_form(page: Page) -> FrameLocator:
    return page.frame_locator(CARD_FRAME)


def fill(page: Page, number: str, expiry: str = "1234", cvc: str = "123", zip_code: str = "12345") -> None:
    form = card_form(page)
    expect(form.locator("#form")).to_be_visible()
    for name, value in (("number", number), ("expiry", expiry), ("cvc", cvc), ("postalCode", zip_code)):
        form.locator(f"[name={name}]").fill("")
        form.locator(f"[name={name}]").press_sequentially(value)


def press_pay(page: Page) -> None:
    page.get_by_role("button", name="Pay $50.00").click()


def test_pays_and_returns(page: Page, pay_page: Callable, client: stripe.StripeClient, shop: str):
    intent = pay_page()
    fill(page, "4242424242424242")
    expect(card_form(page).locator("[name=number]")).to_have_value("4242 4242 4242 4242")
    expect(card_form(page).locator("[name=expiry]")).to_have_value("12 / 34")
    expect(page.locator("#log")).to_contain_text("wallets undefined")
    expect(page.locator("#log")).to_contain_text("complete true")

    press_pay(page)
    page.wait_for_url(f"{shop}/back?**")

    query = parse_qs(urlsplit(page.url).query)
    assert query == {
        "attempt": ["7"],
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert paid.status == "succeeded"
    assert paid.latest_charge.billing_details.address.postal_code == "12345"


def test_card_data_never_touches_the_page(page: Page, pay_page: Callable, shop: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "4242" in (request.post_data or "") else None)
    pay_page("&redirect=if_required")
    fill(page, "4242424242424242")
    press_pay(page)
    expect(page.locator("#result")).to_have_text("succeeded")

    assert len(asked) == 1
    assert not asked[0].startswith(shop)
    assert page.locator("input").count() == 0


def test_a_decline_says_so_and_another_card_pays(page: Page, pay_page: Callable):
    pay_page("&redirect=if_required")
    fill(page, "4000000000000002")
    press_pay(page)
    expect(page.locator("#result")).to_have_text("card_error card_declined: Your card was declined.")

    fill(page, "4000000000000127")
    press_pay(page)
    expect(page.locator("#result")).to_contain_text("incorrect_cvc")
    expect(card_form(page).locator("#cvc-error")).to_have_text("Your card's security code is incorrect.")

    fill(page, "378282246310005", cvc="1234")
    expect(card_form(page).locator("[name=number]")).to_have_value("3782 822463 10005")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_have_text("succeeded")


def test_mistakes_are_shown_at_their_fields(page: Page, pay_page: Callable):
    pay_page("&redirect=if_required")
    press_pay(page)
    form = card_form(page)
    expect(page.locator("#result")).to_have_text("validation_error incomplete_number: Your card number is incomplete.")
    expect(form.locator("[name=number]")).to_be_focused()
    expect(form.locator("[name=number]")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("#postalCode-error")).to_have_text("Your ZIP is incomplete.")

    fill(page, "4242424242424241", expiry="0120", cvc="12")
    press_pay(page)
    expect(form.locator("#number-error")).to_have_text("Your card number is invalid.")
    expect(form.locator("#expiry-error")).to_have_text("Your card's expiration year is in the past.")
    expect(form.locator("#cvc-error")).to_have_text("Your card's security code is incomplete.")
    expect(form.locator("[name=postalCode]")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("button", "result"),
    [
        ("Complete", "succeeded"),
        ("Fail", "invalid_request_error payment_intent_authentication_failure: We are unable to authenticate your"),
    ],
)
def test_three_d_secure(page: Page, pay_page: Callable, button: str, result: str):
    pay_page("&redirect=if_required")
    fill(page, "4000002760003184")
    press_pay(page)

    page.frame_locator(BANK_FRAME).get_by_role("button", name=button).click()

    expect(page.locator("#result")).to_contain_text(result)
    expect(page.locator("dialog")).to_have_count(0)


def test_escape_leaves_three_d_secure_unpaid(page: Page, pay_page: Callable, client: stripe.StripeClient):
    intent = pay_page("&redirect=if_required")
    fill(page, "4000002760003184")
    press_pay(page)
    expect(page.frame_locator(BANK_FRAME).get_by_role("button", name="Complete")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.locator("#result")).to_contain_text("payment_intent_authentication_failure")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_the_banks_own_page_goes_back_to_the_shop(page: Page, client: stripe.StripeClient, shop: str):
    intent = client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "usd",
            "confirm": True,
            "payment_method": "pm_card_authenticationRequired",
            "return_url": f"{shop}/back?attempt=7",
        }
    )
    page.goto(intent.next_action.redirect_to_url.url)
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(f"{shop}/back?**")

    assert parse_qs(urlsplit(page.url).query)["redirect_status"] == ["succeeded"]


def test_processing_returns_as_pending(page: Page, pay_page: Callable, shop: str):
    pay_page()
    fill(page, "4000000077770008")
    press_pay(page)
    page.wait_for_url(f"{shop}/back?**")

    assert parse_qs(urlsplit(page.url).query)["redirect_status"] == ["pending"]


def test_saved_cards_are_offered_and_new_ones_saved(page: Page, pay_page: Callable, client: stripe.StripeClient):
    customer = client.v1.customers.create()
    features = {
        "payment_method_save": "enabled",
        "payment_method_redisplay": "enabled",
        "payment_method_save_usage": "on_session",
    }
    components = {"payment_element": {"enabled": True, "features": features}}
    session = client.v1.customer_sessions.create({"customer": customer.id, "components": components})  # type: ignore[typeddict-item]
    query = f"&redirect=if_required&session={session.client_secret}"

    pay_page(query, customer=customer.id)
    fill(page, "5555555555554444")
    card_form(page).get_by_label("Save this card").check()
    press_pay(page)
    expect(page.locator("#result")).to_have_text("succeeded")

    intent = pay_page(query, customer=customer.id)
    expect(card_form(page).get_by_label("Mastercard ending in 4444")).to_be_checked()
    press_pay(page)
    expect(page.locator("#result")).to_have_text("succeeded")
    (saved,) = client.v1.payment_methods.list({"customer": customer.id}).data
    assert client.v1.payment_intents.retrieve(intent.id).payment_method == saved.id


def test_a_paid_payment_cannot_be_mounted_again(
    page: Page, sandbox: StripeSandbox, client: stripe.StripeClient, shop: str
):
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "usd"})
    sandbox.confirm(intent.id)

    page.goto(f"{shop}/?secret={intent.client_secret}")

    expect(page.locator("#log")).to_contain_text("loaderror The payment has a status of succeeded")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(page: Page, pay_page: Callable, scheme: str):
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 800})
    pay_page()
    press_pay(page)
    expect(card_form(page).locator("#number-error")).to_be_visible()
    card_form(page).locator("summary").click()
    frame = page.frame(url="**/elements/payment?*")
    assert frame is not None
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame.evaluate("document.body.style.background = 'Canvas'")  # What shows through the transparent iframe.
    for audited in (page, frame):  # axe doesn't look into an iframe of another origin.
        found = Axe().run(audited)  # type: ignore[arg-type]
        assert found.violations_count == 0, found.generate_report()


def test_dashboard_refunds_and_redelivers(page: Page, sandbox: StripeSandbox, client: stripe.StripeClient):
    intent = client.v1.payment_intents.create({"amount": 4321, "currency": "usd", "description": "Statement <12>"})
    sandbox.confirm(intent.id)
    page.goto(sandbox.url)
    row = page.get_by_role("region", name="Payments").get_by_role("row").filter(has_text=intent.id)
    expect(row).to_contain_text("$43.21")

    row.get_by_label("Cents").fill("1000")
    row.get_by_role("button", name="Refund in dashboard").click()
    expect(row).to_contain_text("$10.00 refunded")
    row.get_by_label("Cents").fill("9999")
    row.get_by_role("button", name="Refund in dashboard").click()
    expect(page.get_by_role("heading")).to_have_text("Not refunded")

    page.goto(sandbox.url)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Redeliver charge.refunded").first.click()
    expect(page.get_by_role("heading", name="Payments")).to_be_visible()
    (refund,) = client.v1.refunds.list({"payment_intent": intent.id}).data
    assert refund.amount == 1000


def test_the_dashboard_takes_no_orders_from_other_sites(page: Page, sandbox: StripeSandbox, shop: str):
    page.goto(shop)
    answer = page.request.post(f"{sandbox.url}/dashboard/refund", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status == 403
