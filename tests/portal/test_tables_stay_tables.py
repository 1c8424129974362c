"""What looks like cards on a phone stays a table for who hears the page, without roles that repeat the elements'."""

import pytest

from tests.browsing import DESKTOP, PHONE
from tests.factories.accounts import ServiceLineFactory
from tests.receipts.examples import EXAMPLES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.books_are_wrong("receipts made by hand")]

REPEATED = "[role=table], [role=rowgroup], [role=row], [role=cell], [role=columnheader], [role=rowheader]"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("address", ["/account/", "/receipts/1042/"])
def test_the_browser_tells_rows_and_cells(page, live_server, sign_in, guarantor, size, address):
    ServiceLineFactory(encounter=ServiceLineFactory(guarantor=guarantor).encounter)
    EXAMPLES["two_equal_lines"](guarantor)
    page.set_viewport_size(size)
    sign_in(guarantor).goto(live_server.url + address)

    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]

    roles = [node.get("role", {}).get("value") for node in tree if not node["ignored"]]
    assert {"table", "row", "columnheader", "cell"} <= set(roles)
    assert roles.count("row") >= 3
    assert page.locator(REPEATED).count() == 0
