"""Closing the day in Chromium by keyboard alone: count by bills and coins, compare, close, and the packet prints."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from batches.models import BatchClose, BatchCount, Deposit, ReferenceBatch
from receipts.tasks import make_missing
from tests.browsing import DESKTOP, TABLET, problems_at, problems_of
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import clerk, count_out, take, tender
from tests.factories.staff import DESK, member

pytestmark = pytest.mark.django_db(transaction=True)

MOST_PRESSES = 5
BANK = "First Lakeside Bank"


@pytest.fixture(autouse=True)
def on_a_desk(page: Page, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    page.set_viewport_size(DESKTOP)


class Keys:
    """Somebody who has no mouse. Each press of a link, a button or a tick is what another would click."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def reach(self, locator) -> None:
        """By Tab, as far as it takes."""
        for _ in range(120):
            if locator.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{locator} is not reached by Tab")

    def press(self, locator, key: str = "Enter") -> None:
        self.reach(locator)
        self.presses += 1
        self.page.keyboard.press(key)

    def type(self, locator, text: str) -> None:
        self.reach(locator)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)


def test_the_day_is_closed_by_keyboard_in_five_presses(page, live_server, sign_in, stripe_sandbox, practice, pay):
    dana = member(DESK, name="Dana Whitfield")
    maria = GuarantorFactory(name="Maria Alvarez")
    pay(maria, cents=4000)  # online, of a day that was forgotten
    sign_in(dana)
    keys = Keys(page)

    # A drawer with its float
    page.goto(f"{live_server.url}{reverse('backoffice:my_batch')}")
    keys.type(page.get_by_label("Float"), "100")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You work in the new batch Front desk, ")).to_be_visible()
    take(dana, tender(4500), guarantor=maria)
    take(dana, tender(3000, "check", check_number="1041"), guarantor=maria)

    # The day begins to be counted here
    page.goto(f"{live_server.url}/admin/")
    keys.presses = 0
    keys.press(page.get_by_role("navigation", name="Desk").get_by_role("link", name="Close the day"))
    drawer = page.locator("[data-count]")
    expect(page.locator("#content")).not_to_contain_text("45.00")
    expect(page.get_by_text("2 receipts")).to_be_visible()
    expect(drawer.get_by_label("How many of $100.00")).to_be_focused()
    keys.type(drawer.get_by_label("How many of $20.00"), "7")
    expect(drawer.locator("output").nth(2)).to_have_text("$140.00")
    for text in ("", "", "", "4"):  # Enter leads on, as on an adding machine: tens, fives, twos, ones
        page.keyboard.press("Enter")
        page.keyboard.type(text)
    expect(drawer.get_by_label("Cash", exact=True)).to_have_value("144.00")
    keys.type(drawer.get_by_label("Checks"), "30")
    keys.type(drawer.get_by_label("Cards"), "0")
    keys.type(drawer.get_by_label("Other"), "0")
    keys.press(page.get_by_role("button", name="Compare"))

    # Compared, with what Stripe says beside what came online
    expect(page.locator(".desk-compare")).to_contain_text("-$1.00")
    expect(page.get_by_text("off by $40.00")).to_be_visible()  # the sandbox took nothing
    keys.press(page.get_by_role("button", name="Close the day"))
    expect(page.get_by_role("alert")).to_contain_text("Say why it differs.")
    expect(page.get_by_text("Say why it differs.").nth(1)).to_be_visible()
    keys.type(page.get_by_label("Note: say why Stripe has another sum"), "Charged by telephone.")
    assert ReferenceBatch.objects.filter(status="open").count() == 2
    keys.type(page.get_by_label("Note: say why the count differs"), "A dollar fell behind the drawer.")
    keys.type(page.get_by_label("Bank"), BANK)
    keys.type(page.get_by_label("Bag number"), "7731")
    keys.press(page.get_by_role("button", name="Close the day"))

    # The packet appears by itself, and prints from there
    expect(page.get_by_role("heading", name="The close packet is being made")).to_be_visible()
    make_missing()
    expect(page.get_by_role("heading", name="Closed, to be printed")).to_be_visible()
    page.evaluate("window.print = () => { window.printed = true; }")
    keys.press(page.get_by_role("button", name="Print"))
    assert page.evaluate("window.printed")
    assert keys.presses == MOST_PRESSES
    for words in (
        BANK,
        "7731",
        "1041",
        "7 × $20.00",
        "A dollar fell behind the drawer.",
        "Maria Alvarez",
        "Stripe took $0.00",
    ):
        expect(page.locator("#content")).to_contain_text(words)
    page.emulate_media(media="print")
    expect(page.locator(".desk-nav")).to_be_hidden()
    expect(page.locator(".desk-paper").first).to_be_visible()

    assert not ReferenceBatch.objects.filter(status="open").exists()
    deposit = Deposit.objects.get()
    assert (deposit.cash_cents, deposit.check_cents, deposit.bag_number) == (4400, 3000, "7731")
    assert BatchCount.objects.get().pieces == {"2000": 7, "100": 4}
    assert BatchClose.objects.get(count__isnull=False).float_left_cents == 10_000


def test_the_days_pages_are_accessible(browser, live_server, client_of, practice, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    ruth = clerk("Ruth Castellano")
    client = client_of(ruth)
    client.post(reverse("backoffice:my_batch"), {"description": "Front desk", "float_cents": "100.00"})
    batch = ReferenceBatch.objects.get()
    take(ruth, tender(4500))
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    at = live_server.url + "{}"
    sizes = (TABLET, DESKTOP)

    day, count = at.format(reverse("backoffice:close_day")), at.format(reverse("backoffice:count", args=[batch.pk]))
    moved = at.format(reverse("backoffice:move_cash", args=[batch.pk]))
    assert problems_at(page, [day, count, moved], sizes) == {}
    made = count_out(batch, ruth, cash=14_000)
    own = at.format(reverse("admin:batches_referencebatch_change", args=[batch.pk]))
    single = at.format(reverse("backoffice:close_counted", args=[batch.pk, made.pk]))
    assert problems_at(page, [day, own, single], sizes) == {}
    page.goto(day)
    page.get_by_label("Note: say why").fill("A five stuck to another one.")
    page.get_by_label("Bank").fill(BANK)
    page.get_by_role("button", name="Close the day").click()
    expect(page.get_by_role("heading", name="The close packet is being made")).to_be_visible()
    assert problems_of(page, sizes) == []
    make_missing()
    expect(page.get_by_role("heading", name="Closed, to be printed")).to_be_visible()
    assert problems_of(page, sizes) == []
    lists = ["backoffice:over_short", "backoffice:make_deposit", "admin:batches_deposit_changelist"]
    addresses = [at.format(reverse(name)) for name in lists]
    addresses.append(at.format(reverse("admin:batches_deposit_change", args=[Deposit.objects.get().pk])))
    assert problems_at(page, addresses, sizes) == {}
    context.close()
