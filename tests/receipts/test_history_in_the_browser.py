"""A guarantor finds, opens, prints and keeps a receipt, in Chromium: by mouse, by keyboard and without JavaScript."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from receipts.documents.receipts import store_document
from tests.browsing import DESKTOP
from tests.moments import NOON
from tests.receipts.examples import EXAMPLES, Applied, make_receipt, movement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.books_are_wrong("receipts made by hand")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def many(guarantor):
    """45 receipts, the newest with the highest number."""
    for n in range(1, 46):
        make_receipt(
            guarantor,
            movement(n * 100, number=f"ch_{n}"),
            number=n,
            received_at=NOON + dt.timedelta(minutes=n),
            applied=(Applied(n * 100, billed=10_000, adjusted=0, insurance=0),),
        )
    return guarantor


@pytest.fixture
def without_javascript(browser, live_server, client_of):
    """A page of a browser that runs no scripts, signed in."""
    contexts = []

    def open_page(guarantor):
        context = browser.new_context(java_script_enabled=False, viewport=DESKTOP)
        contexts.append(context)
        cookie = client_of(guarantor).cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def row(page, number):
    return page.locator(f"#receipt-{number}")


def arrow(page, number):
    return row(page, number).locator(".receipt-more > summary")


def test_the_arrow_opens_and_closes_the_details_by_mouse(page, live_server, sign_in, guarantor):
    EXAMPLES["three_transactions"](guarantor)
    sign_in(guarantor).goto(f"{live_server.url}/receipts/")
    facts = row(page, 1042).locator(".receipt-facts")
    expect(facts).to_be_hidden()

    arrow(page, 1042).click()

    for words in ("Leo Alvarez", "Priya Raman, MD", "Lakeside Main Clinic", "Office visit, established patient"):
        expect(facts.get_by_text(words)).to_be_visible()
    expect(facts.get_by_text("ch_3QK7xExample1")).to_be_hidden()
    facts.get_by_text("3 transactions").click()
    expect(facts.get_by_text("ch_3QK7xExample1")).to_be_visible()
    expect(facts.get_by_text("$30.00")).to_be_visible()
    arrow(page, 1042).click()
    expect(facts).to_be_hidden()


def test_everything_is_reached_by_keyboard(page, live_server, sign_in, guarantor):
    EXAMPLES["escrow"](guarantor)
    sign_in(guarantor).goto(f"{live_server.url}/receipts/")

    def press_tab_to(words):
        for _ in range(25):
            page.keyboard.press("Tab")
            if re.search(words, page.evaluate("document.activeElement.textContent")):
                return
        pytest.fail(f"no Tab leads to {words}")

    press_tab_to("^Details of receipt 1042")
    page.keyboard.press("Enter")
    expect(row(page, 1042).get_by_text("Priya Raman, MD")).to_be_visible()
    press_tab_to("1 transaction")
    page.keyboard.press("Space")
    expect(row(page, 1042).get_by_text("ch_3QK7xExample1")).to_be_visible()
    press_tab_to("Itemized Receipt")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/receipts/1042/$"))
    press_tab_to("^Receipts$")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/receipts/(#receipt-1042)?$"))


def test_all_of_it_works_without_javascript(without_javascript, live_server, many):
    page = without_javascript(many)
    page.goto(f"{live_server.url}/receipts/")
    page.get_by_role("link", name="Older receipts").click()
    arrow(page, 10).click()
    row(page, 10).get_by_text("1 transaction").click()
    expect(row(page, 10).get_by_text("ch_10")).to_be_visible()
    row(page, 10).get_by_role("link", name="Itemized Receipt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paid $10.00")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()

    page.locator("a.back-link").click()

    expect(page).to_have_url(re.compile(r"/receipts/\?before=26#receipt-10$"))
    expect(row(page, 10)).to_be_in_viewport()
    page.get_by_text("Search and filter").click()
    page.get_by_label("What are you looking for?").fill("7.00")
    page.get_by_role("button", name="Show receipts").click()
    expect(page.locator(".receipt-list > li")).to_have_count(1)
    expect(row(page, 7)).to_be_visible()


def test_back_leads_to_the_same_place_with_filters(page, live_server, sign_in, many):
    sign_in(many).goto(f"{live_server.url}/receipts/?status=paid&before=26")
    expect(page.locator("details.filters")).to_have_attribute("open", "")
    row(page, 8).locator("a.receipt-row").click()
    link = page.locator("a.back-link")
    box = link.bounding_box()
    assert box["x"] < 60  # upper left
    assert box["y"] < 250

    link.click()

    expect(page).to_have_url(re.compile(r"/receipts/\?status=paid&before=26#receipt-8$"))
    expect(row(page, 8)).to_be_in_viewport()


def test_the_list_is_found_as_it_was_left(page, live_server, sign_in, many):
    sign_in(many).goto(f"{live_server.url}/receipts/?status=paid")
    for number in (40, 33):
        arrow(page, number).click()
    row(page, 33).get_by_text("1 transaction").click()
    link = row(page, 30).locator("a.receipt-row")
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    link.click()

    page.locator("a.back-link").click()

    expect(page).to_have_url(re.compile("#receipt-30$"))
    for number, is_open in ((40, True), (33, True), (30, False)):
        expect(row(page, number).locator(".receipt-facts")).to_be_visible(visible=is_open)
    expect(row(page, 33).get_by_text("ch_33")).to_be_visible()
    page.wait_for_function("top => Math.abs(scrollY - top) < 3", arg=before)

    page.get_by_role("banner").get_by_role("link", name="Receipts").click()
    expect(page.locator(".receipt-facts:visible")).to_have_count(0)


def test_a_search_says_how_much_it_found(page, live_server, sign_in, many):
    sign_in(many).goto(f"{live_server.url}/receipts/")
    page.get_by_text("Search and filter").click()
    page.get_by_label("What are you looking for?").fill("Leo Visa")
    page.get_by_role("button", name="Show receipts").click()

    expect(page.get_by_role("status")).to_have_text("45 receipts found")
    expect(page.get_by_label("What are you looking for?")).to_have_value("Leo Visa")


def test_download_gives_the_stored_pdf(page, live_server, sign_in, guarantor):
    EXAMPLES["escrow"](guarantor)
    store_document(receipt_number=1042)
    sign_in(guarantor).goto(f"{live_server.url}/receipts/1042/")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()

    assert download.value.suggested_filename == "receipt-1042.pdf"
    expect(page).to_have_url(re.compile("/receipts/1042/$"))


def test_a_pdf_in_the_making_turns_into_the_pdf_by_itself(page, live_server, sign_in, guarantor):
    EXAMPLES["escrow"](guarantor)
    sign_in(guarantor).goto(f"{live_server.url}/receipts/1042/")
    page.get_by_role("link", name="Download PDF").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your PDF is being prepared")

    with page.expect_response(lambda answer: answer.url.endswith("/pdf/?open=1") and answer.status == 200) as answer:
        store_document(receipt_number=1042)

    assert answer.value.headers["content-type"] == "application/pdf"
    assert answer.value.headers["content-disposition"].startswith("inline")


def test_without_javascript_it_turns_too(without_javascript, live_server, guarantor):
    EXAMPLES["escrow"](guarantor)
    page = without_javascript(guarantor)
    page.goto(f"{live_server.url}/receipts/1042/pdf/")

    with page.expect_event("response", lambda answer: answer.url.endswith("/pdf/?open=1")) as answer:
        store_document(receipt_number=1042)

    assert answer.value.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["several_patients_and_providers", "unsuccessful"])
def test_print_is_black_on_white_without_navigation(page, live_server, sign_in, guarantor, name, scheme):
    EXAMPLES[name](guarantor)
    page.emulate_media(color_scheme=scheme)
    page.add_init_script("window.print = () => { window.printed = true; }")
    sign_in(guarantor).goto(f"{live_server.url}/receipts/1042/")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")

    page.emulate_media(media="print", color_scheme=scheme)

    style = (
        "(place) => { const s = getComputedStyle(document.querySelector(place)); return [s.color, s.backgroundColor]; }"
    )
    assert page.evaluate(style, "body") == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    for place in (".site-nav", ".toolbar", ".sign-out"):
        expect(page.locator(place)).to_be_hidden()
    expect(page.locator(".brand")).to_be_visible()
    expect(page.get_by_text("Maria Alvarez").first).to_be_visible()
    if name == "unsuccessful":
        expect(page.get_by_text("This is not a proof of payment.")).to_be_visible()
        expect(page.get_by_role("link", name="Try another card")).to_be_hidden()


def test_the_receipts_link_is_at_the_upper_right_of_every_page(page, live_server, sign_in, guarantor):
    EXAMPLES["escrow"](guarantor)
    sign_in(guarantor)
    for size in ({"width": 360, "height": 800}, DESKTOP):
        page.set_viewport_size(size)
        for address in ("/", "/pay/", "/receipts/", "/receipts/1042/", "/receipts/1042/pdf/"):
            page.goto(live_server.url + address)
            box = page.get_by_role("banner").get_by_role("link", name="Receipts").bounding_box()
            assert box["x"] > size["width"] / 2
            assert box["y"] < 120
