"""Who sets the browser's text to 150 or 200 % can read and press everything: nothing is covered or cut."""

import datetime as dt

import pytest

from payments.gateway.intents import Result
from tests.browsing import FLAGS, chromium
from tests.factories.accounts import ServiceLineFactory, StatementFactory
from tests.factories.statements import statement_of
from tests.payments.stripe_side import start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]

# Words that stand on two lines though a blank or hyphen is not where they break. References may: nobody reads them.
BROKEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node; (node = walker.nextNode()); ) {
    const around = node.parentElement;
    if (!around.checkVisibility() || around.closest(".reference, .breakable, .visually-hidden")) continue;
    for (const word of node.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width).map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
# What sticks out of the window, or lies over another: text and all that can be pressed.
OUTSIDE = """() => [...document.querySelectorAll("a, button, .amount, h1, h2, dt, dd, td, p, label")]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, thead, .skip-link"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 ||
    one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".brand > *, .site-nav a, .sign-out button")]
    .map((one) => [one.textContent.trim(), one.getBoundingClientRect()]);
  return boxes.flatMap(([a, one], n) => boxes.slice(n + 1)
    .filter(([, two]) => one.left < two.right - 1 && two.left < one.right - 1 &&
      one.top < two.bottom - 1 && two.top < one.bottom - 1)
    .map(([b]) => `${a} / ${b}`));
}"""


@pytest.fixture
def addresses(guarantor, pay):
    """The pages of somebody with long amounts and some credit."""
    paid, unsuccessful = pay(guarantor, cents=123_456), pay(guarantor, result=Result.DECLINED)
    for statement in (None, StatementFactory(guarantor=guarantor)):
        ServiceLineFactory(guarantor=guarantor, billed_cents=1_234_567, statement=statement)
    entered = statement_of(guarantor, on=dt.date(2026, 9, 30))
    receipts = [f"/receipts/{receipt.number}/" for receipt in (paid, unsuccessful)]
    accounts = ["/", "/account/", "/statements/", f"/statements/{entered.pk}/"]
    return [*accounts, "/pay/", f"/pay/{start(guarantor).pk}/", "/receipts/", *receipts]


@pytest.mark.parametrize(("width", "percent"), [(320, 100), (320, 150), (390, 200)])
def test_nothing_is_cut_broken_or_covered(browser, live_server, client_of, guarantor, addresses, width, percent):
    settings = f"--blink-settings=defaultFontSize={16 * percent // 100}"
    large = browser.browser_type.launch(executable_path=chromium(), args=[*FLAGS, settings])
    page = large.new_page(viewport={"width": width, "height": 800})
    cookie = client_of(guarantor).cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    problems = {}
    for address in addresses:
        page.goto(live_server.url + address)
        for details in page.locator("details > summary:visible").all():
            details.click()
        for name, script in (("broken", BROKEN), ("outside", OUTSIDE), ("overlaps", OVERLAPS)):
            problems[address, name] = page.evaluate(script)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems[address, "scroll"] = ["the page scrolls sideways"]
    large.close()

    assert {place: found for place, found in problems.items() if found} == {}
