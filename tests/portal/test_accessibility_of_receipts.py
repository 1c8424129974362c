"""axe finds nothing on the receipts' pages in any of their states: light and dark, narrow and wide."""

import datetime as dt

import pytest

from receipts.models import Receipt
from tests.browsing import accessibility_problems, problems_at
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import void_returned
from tests.moments import NOON
from tests.receipts.examples import EXAMPLES, make_receipt, movement

pytestmark = pytest.mark.django_db(transaction=True)


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
def test_the_receipts(page, live_server, sign_in, guarantor, addresses):
    sign_in(guarantor)

    assert problems_at(page, [live_server.url + address for address in addresses]) == {}


def test_the_empty_list(page, live_server, sign_in, practice):
    sign_in(GuarantorFactory()).goto(f"{live_server.url}/receipts/")

    assert accessibility_problems(page) == []
