"""What other browsers do differently: Safari's focus and lists, an iPhone's zoom, Windows' enforced colours."""

import pytest
from playwright.sync_api import expect

from tests.factories.accounts import ServiceLineFactory, StatementFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owes(guarantor):
    for statement in (None, StatementFactory(guarantor=guarantor)):
        ServiceLineFactory(guarantor=guarantor, billed_cents=5000, statement=statement)
    return guarantor


def test_a_choice_reached_by_an_arrow_key_has_its_ring_by_focus_alone(page, live_server, sign_in, owes):
    sign_in(owes).goto(f"{live_server.url}/pay/")
    # Safari doesn't match :focus-visible there: the ring must not need it.
    rules = "[...document.styleSheets].flatMap((s) => [...s.cssRules]).map((r) => r.selectorText || '')"
    assert page.evaluate(f"{rules}.filter((r) => r.includes('.choice') && r.includes('focus-visible'))") == []

    page.get_by_role("radio", name="Current Balance").focus()
    page.keyboard.press("ArrowDown")

    chosen = page.get_by_role("radio", name="Amount Due")
    expect(chosen).to_be_focused()
    label = page.locator(f"label[for={chosen.get_attribute('id')}]")
    assert label.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_only_the_current_page_has_its_line_where_colours_are_enforced(page, live_server, sign_in, owes):
    page.emulate_media(forced_colors="active")
    sign_in(owes).goto(f"{live_server.url}/pay/")

    page.mouse.move(0, 700)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    colours = page.locator(".site-nav a:visible").evaluate_all(
        "all => all.map((a) => getComputedStyle(a).borderBottomColor)"
    )
    lines = [colour != ground for colour in colours]

    assert lines == [False, True, False]


def test_a_list_without_bullets_says_that_it_is_one(page, live_server, sign_in, owes, pay):
    pay(owes)
    sign_in(owes).goto(f"{live_server.url}/receipts/")

    unmarked = """all => all.filter((ul) => getComputedStyle(ul).listStyleType === "none"
      && !ul.closest("nav") && ul.getAttribute("role") !== "list").map((ul) => ul.className)"""
    assert page.locator("ul").evaluate_all(unmarked) == []


@pytest.mark.parametrize("address", ["front", "take", "receipt", "receipts", "guarantors"])
def test_the_desk_fits_a_phone_and_its_fields_are_not_zoomed_into(
    page, live_server, sign_in, staff_user, owes, pay, address
):
    receipt = pay(owes)
    places = {
        "front": "/admin/",
        "take": f"/admin/desk/payment/{owes.pk}/",
        "receipt": f"/admin/receipts/receipt/{receipt.pk}/change/",
        "receipts": "/admin/receipts/receipt/",
        "guarantors": "/admin/accounts/guarantor/",
    }
    page.set_viewport_size({"width": 390, "height": 844})
    answer = sign_in(staff_user).goto(live_server.url + places[address])
    assert answer.status == 200

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    fields = page.locator("input:not([type=hidden], [type=checkbox], [type=radio], [type=submit]), select")
    for box, size in fields.evaluate_all(
        "all => all.map((f) => [f.getBoundingClientRect(), parseFloat(getComputedStyle(f).fontSize)])"
    ):
        assert size >= 16
        assert box["right"] <= 390
        assert box["left"] >= 0
