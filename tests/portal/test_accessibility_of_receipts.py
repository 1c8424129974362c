"""axe finds nothing on the receipts' pages in any of their states: light and dark, narrow and wide."""

import datetime as dt

import pytest

from receipts.models import Receipt
from tests.browsing import DESKTOP, PHONE, accessibility_problems
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import void_returned
from tests.moments import NOON
from tests.receipts.examples import EXAMPLES, make_receipt, movement

pytestmark = pytest.mark.django_db(transaction=True)

OPEN_ALL = "document.querySelectorAll('details').forEach((details) => { details.open = true; })"


@pytest.fixture
def addresses(guarantor, staff_user):
    """The list in several states, and one receipt of each kind."""
    EXAMPLES["refund"](guarantor)
    facts = {"received_at": NOON - dt.timedelta(days=1)}
    reason = "The card has expired."
    make_receipt(
        guarantor, movement(0, 2, requested_cents=100, reason=reason), number=2, status="unsuccessful", **facts
    )
    make_receipt(guarantor, movement(100, 3), number=3)
    void_returned(Receipt.objects.get(pk=3), staff_user)
    for n in range(4, 30):
        make_receipt(guarantor, movement(100, n), number=n, **facts)
    lists = ["/receipts/", "/receipts/?before=20", "/receipts/?q=Leo", "/receipts/?q=999&year=2026"]
    return [*lists, *(f"/receipts/{number}/" for number in (1041, 1042, 2, 3)), "/receipts/4/pdf/", "/receipts/3/pdf/"]


@pytest.mark.books_are_wrong("receipts made by hand")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_receipts(page, live_server, sign_in, guarantor, addresses, scheme):
    sign_in(guarantor)
    page.emulate_media(color_scheme=scheme)
    problems = {}
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for address in addresses:
            page.goto(live_server.url + address)
            page.evaluate(OPEN_ALL)
            problems[address, size["width"]] = accessibility_problems(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"

    assert {place: found for place, found in problems.items() if found} == {}


def test_the_empty_list(page, live_server, sign_in, practice):
    sign_in(GuarantorFactory()).goto(f"{live_server.url}/receipts/")

    assert accessibility_problems(page) == []
