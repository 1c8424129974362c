"""Receipt History: what a row says, and what the page costs the database."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from receipts.history import PAGE
from tests.golden import page_text
from tests.moments import NOON
from tests.receipts.examples import EXAMPLES, Applied, make_receipt, movement
from tests.receipts.history_pages import make_many, text


@pytest.fixture
def client(guarantor, client_of):
    return client_of(guarantor)


def test_a_row_says_when_which_how_much_and_how(guarantor, client):
    EXAMPLES["three_transactions"](guarantor)

    shown = text(client)

    for words in (
        "March 2, 2026", "Receipt 1042", "Paid", "$50.00",
        "Visa ending in 4242", "Apple Pay (American Express ending in 8431)", "Check 1023",
        "Leo Alvarez", "Priya Raman, MD", "Lakeside Main Clinic", "Office visit, established patient",
        "3 transactions", "ch_3QK7xExample1", "$30.00", "1042-3", "$5.00",
    ):  # fmt: skip
        assert words in shown


@pytest.mark.parametrize(
    ("method", "facts", "words"),
    [
        ("google_pay", {}, "Google Pay (Visa ending in 4242)"),
        ("cash", {"card_brand": "", "card_last4": ""}, "Cash"),
        ("check", {"card_brand": "", "card_last4": "", "check_number": "77"}, "Check 77"),
        ("card", {"card_brand": "diners"}, "Diners Club ending in 4242"),
        ("card", {"card_brand": "", "card_last4": ""}, "Credit Card"),
    ],
)
def test_each_method_is_named(guarantor, client, method, facts, words):
    make_receipt(guarantor, movement(100, method=method, **facts))

    assert f"{words} Paid $1.00" in text(client)


def test_an_unsuccessful_one_shows_zero_and_why(guarantor, client):
    EXAMPLES["unsuccessful"](guarantor)

    shown = text(client)

    assert "Unsuccessful $0.00" in shown
    assert "The card doesn't have enough funds for this payment. Nothing was charged." in shown
    assert "Paid\n" not in shown


def test_a_payment_and_its_refund_lead_to_each_other_with_the_net(guarantor, client):
    EXAMPLES["refund"](guarantor)

    page = client.get("/receipts/").content.decode()

    assert "Partly refunded since" in page
    assert '<a href="1042/">Receipt 1042</a>' in page
    assert 'see <a href="1041/">receipt 1041</a>' in page
    assert "Net $40.00" in page_text(page).replace("\n", " ")


def test_a_receipt_of_many_lines_shows_some_and_says_how_many_more(guarantor, client):
    lines = tuple(Applied(100, f"Service {n}", f"1-{n}", patient=f"Patient {n // 5}") for n in range(30))
    make_receipt(guarantor, movement(3000), applied=lines)

    shown = text(client)

    assert "Service 0; Service 1; Service 2; and 2 more" in shown
    assert "and 2 more, in the itemized receipt." in shown


def test_nothing_yet_says_what_will_appear_here(client):
    shown = text(client)

    assert "No receipts yet" in shown
    assert "leaves a receipt on this page" in shown


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles"])
def test_the_list_says_as_of_when_on_the_practices_clock(practice, guarantor, client, zone):
    practice.time_zone = zone
    practice.save()
    make_receipt(guarantor, movement(100))

    with time_machine.travel(NOON, tick=False):
        shown = text(client)

    assert f"as of March 2, 2026, {'12:00 PM' if zone.endswith('York') else '9:00 AM'}" in shown


@pytest.mark.parametrize("query", ["", "?status=paid&year=2026&q=20", "?before=9999999"])
def test_the_page_takes_at_most_four_queries_with_the_sessions(guarantor, client, query):
    make_many(guarantor, PAGE + 5, applied=(Applied(50), Applied(50, patient="Sofia Alvarez")))
    client.get("/receipts/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/receipts/{query}")

    assert len(queries) <= 4
