"""Receipt History filtered and searched as a person types."""

import datetime as dt
from urllib.parse import urlencode

import pytest

from payments.gateway.intents import Result
from receipts.history import PAGE
from tests.factories.accounts import PatientFactory, ServiceLineFactory
from tests.moments import NOON
from tests.receipts.examples import EXAMPLES, Applied
from tests.receipts.history_pages import make_many, numbers, text


@pytest.fixture
def client(guarantor, client_of):
    return client_of(guarantor)


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
