"""Receipt History page by page: none twice, none left out, whatever arrives meanwhile."""

import datetime as dt
import re

import pytest

from receipts.history import PAGE
from tests.factories.accounts import GuarantorFactory
from tests.moments import NOON
from tests.receipts.examples import make_receipt, movement
from tests.receipts.history_pages import make_many, numbers


@pytest.fixture
def client(guarantor, client_of):
    return client_of(guarantor)


def follow(client, words):
    """The pages one after the other, by the link of that name."""
    query, pages = "", []
    while query is not None and len(pages) < 10:
        answer = client.get(f"/receipts/{query}", follow=True)
        page = answer.content.decode()
        pages.append([int(number) for number in re.findall(r'<li id="receipt-(\d+)">', page)])
        link = re.search(rf'href="(\?[^"]*)">{words}<', page)
        query = link.group(1).replace("&amp;", "&") if link else None
    return pages


def test_older_receipts_come_page_by_page_none_twice_none_left_out(guarantor, client):
    make_many(guarantor, 2 * PAGE + 5)

    pages = follow(client, "Older receipts")

    assert [len(page) for page in pages] == [PAGE, PAGE, 5]
    assert [number for page in pages for number in page] == list(range(2 * PAGE + 5, 0, -1))


def test_newer_leads_back_to_a_full_first_page(guarantor, client):
    make_many(guarantor, 2 * PAGE + 5)

    answer = client.get("/receipts/?before=8", follow=True).content.decode()
    newer = re.search(r'href="(\?after=\d+)">Newer receipts<', answer).group(1)

    assert numbers(client, newer) == list(range(PAGE + 7, 7, -1))
    assert numbers(client, f"?after={PAGE + 10}") == numbers(client)
    assert client.get(f"/receipts/?after={PAGE + 10}").url == "/receipts/"


def test_a_page_keeps_its_place_when_new_receipts_arrive(guarantor, client):
    make_many(guarantor, PAGE + 5)
    second = numbers(client, "?before=6")

    make_receipt(guarantor, movement(100), number=900, received_at=NOON + dt.timedelta(days=1))

    assert numbers(client, "?before=6") == second == [5, 4, 3, 2, 1]


def test_filters_stay_on_the_next_page(guarantor, client):
    make_many(guarantor, PAGE + 5)

    page = client.get("/receipts/?status=paid&year=2026").content.decode()

    assert 'href="?year=2026&amp;status=paid&amp;before=6"' in page
    assert 'href="25/?year=2026&amp;status=paid"' in page


def test_another_guarantors_receipt_is_no_place_in_the_list(guarantor, client):
    make_many(guarantor, 3)
    make_receipt(GuarantorFactory(), movement(100), number=900, received_at=NOON + dt.timedelta(days=1))

    assert numbers(client, "?before=900") == []
    assert numbers(client) == [3, 2, 1]
