"""Receipt History: what a row says, the pages, filters and search, and what it costs the database."""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.gateway.intents import Result
from receipts.history import PAGE
from tests.factories.accounts import GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.golden import page_text
from tests.moments import NOON
from tests.receipts.examples import EXAMPLES, Applied, make_receipt, movement


@pytest.fixture
def client(guarantor, client_of):
    return client_of(guarantor)


def numbers(client, query=""):
    """The receipts of a page, in its order."""
    page = client.get(f"/receipts/{query}", follow=True).content.decode()
    return [int(number) for number in re.findall(r'<li id="receipt-(\d+)">', page)]


def text(client, query=""):
    return page_text(client.get(f"/receipts/{query}").content.decode())


def make_many(guarantor, count, **facts):
    for n in range(1, count + 1):
        make_receipt(
            guarantor,
            movement(n * 100, number=f"ch_{n}"),
            number=n,
            received_at=NOON + dt.timedelta(minutes=n // 2),  # pairs at the same moment
            **facts,
        )


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


# --- Pages ------------------------------------------------------------------------------------------------------


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


# --- Filters and search -----------------------------------------------------------------------------------------


@pytest.fixture
def mixed(guarantor, pay):
    """One of each status and of two years and patients. Their numbers by what they are."""
    ServiceLineFactory(guarantor=guarantor, encounter__patient__name="Leo Alvarez", billed_cents=2000)
    leo = pay(guarantor, cents=2000, at=NOON - dt.timedelta(days=90))
    ServiceLineFactory(guarantor=guarantor, encounter__patient__name="Sofia Alvarez", billed_cents=3000)
    sofia = pay(guarantor, cents=3000)
    failed = pay(guarantor, result=Result.DECLINED)
    return {"leo": leo.number, "sofia": sofia.number, "failed": failed.number}


def test_by_year(mixed, client):
    assert numbers(client, "?year=2025") == [mixed["leo"]]
    assert set(numbers(client, "?year=2026")) == {mixed["sofia"], mixed["failed"]}


def test_by_status(mixed, client):
    assert numbers(client, "?status=unsuccessful") == [mixed["failed"]]
    assert numbers(client, "?status=paid") == [mixed["sofia"], mixed["leo"]]
    assert numbers(client, "?status=voided") == []


def test_by_patient(mixed, guarantor, client):
    patients = {patient.name: patient.pk for patient in guarantor.patients.all()}

    assert numbers(client, f"?patient={patients['Leo Alvarez']}") == [mixed["leo"]]
    assert "Sofia Alvarez</option>" in client.get("/receipts/").content.decode()


@pytest.mark.parametrize("words", ["{leo}", "#{leo}", " 20.00 ", "$20", "20", "-20.00"])
def test_by_number_or_amount(mixed, client, words):
    assert numbers(client, f"?q={words.format(**mixed).replace('#', '%23')}") == [mixed["leo"]]


def test_by_transaction_number(mixed, guarantor, client):
    transaction = guarantor.receipts.get(number=mixed["sofia"]).transactions.get()

    assert numbers(client, f"?q={transaction.number}") == [mixed["sofia"]]


def test_a_refund_is_found_by_its_amount(guarantor, client):
    EXAMPLES["refund"](guarantor)

    assert numbers(client, "?q=40.00") == [1042]
    assert numbers(client, "?status=refunded") == [1042]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Receipt #{leo}", {"leo"}),
        ("receipt no. {sofia}", {"sofia"}),
        ("Leo", {"leo"}),
        ("alvarez", {"leo", "sofia"}),
        ("sofia visa", {"sofia"}),
        ("Visa", {"leo", "sofia", "failed"}),
        ("visa ending in 4242", {"leo", "sofia"}),
        ("4242", {"leo", "sofia"}),
        ("office visit", {"leo", "sofia"}),
        ("Raman", {"leo", "sofia"}),
        ("credit card", {"leo", "sofia", "failed"}),
        ("$50.00", {"failed"}),  # asked for, and declined
        ("3/2/2026", {"sofia", "failed"}),
        ("2026-03-02", {"sofia", "failed"}),
        ("March 2nd, 2026", {"sofia", "failed"}),
        ("Mar", {"sofia", "failed"}),
        ("December", {"leo"}),
        ("December 2025", {"leo"}),
        ("December 2026", set()),
        ("December $20", {"leo"}),
        ("december 9999", set()),
        ("march 30.00", {"sofia"}),
        ("Mastercard", set()),
        ("100%", set()),
        ("20.001", set()),
        ("' OR 1=1", set()),
        ("<b>", set()),
    ],
)
def test_by_what_a_person_types(mixed, client, typed, found):
    query = urlencode({"q": typed.format(**mixed)})

    assert set(numbers(client, f"?{query}")) == {mixed[name] for name in found}


def test_what_was_found_is_counted_over_all_pages(guarantor, client):
    make_many(guarantor, PAGE + 5, applied=(Applied(50),))

    assert f"{PAGE + 5} receipts found" in text(client, "?q=Leo")
    assert f"{PAGE + 5} receipts found" in text(client, "?q=Leo&before=10")
    assert "receipts found" not in text(client)


@pytest.mark.parametrize("query", ["?year=1999", "?year=x", "?status=x", "?patient=x", "?before=x", "?after=-1"])
def test_an_address_that_was_tampered_with_is_told_too(mixed, client, query):
    answer = client.get(f"/receipts/{query}")

    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()


def test_another_guarantors_patient_is_none_to_choose(mixed, client):
    assert "There is a problem" in text(client, f"?patient={PatientFactory(name='Stranger').pk}")
    assert "Stranger" not in text(client)


def test_nothing_found_leads_back_to_all(mixed, client):
    shown = text(client, "?q=999")

    assert "No receipts found" in shown
    assert "Show all receipts" in shown


@pytest.mark.parametrize("query", ["", "?status=paid&year=2026&q=20", "?before=9999999"])
def test_the_page_takes_at_most_four_queries_with_the_sessions(guarantor, client, query):
    make_many(guarantor, PAGE + 5, applied=(Applied(50), Applied(50, patient="Sofia Alvarez")))
    client.get("/receipts/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/receipts/{query}")

    assert len(queries) <= 4
