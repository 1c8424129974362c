"""What applies money, or takes it back, locks the patients of its services once: each lock costs statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from receipts.corrections.escrow import post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.take_back import take_back_postings
from receipts.corrections.void import void_receipt
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import take, tender, today

WHY = "Keyed for another service"


@pytest.fixture
def line(guarantor):
    return ServiceLineFactory(guarantor=guarantor, billed_cents=3000)


@pytest.fixture
def receipt(dana, line):
    """$50.00 in cash, $10.00 of it applied."""
    return take(dana, tender(5000), guarantor=line.encounter.patient.guarantor, parts={line.pk: 1000})


@pytest.mark.parametrize(
    ("correct", "facts"),
    [
        (post_escrow, {"parts": None}),
        (take_back_postings, {"parts": 500, "reason": WHY}),
        (void_receipt, {"reason": WHY}),
        (refund_at_desk, {"amounts": {"cash": 4500}, "reason": WHY, "now": timezone.now()}),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_once(correct, facts, dana, receipt, line):
    facts = {**facts, "parts": {line.pk: facts["parts"]}} if facts.get("parts") else facts

    with CaptureQueriesContext(connection) as queries:
        correct(receipt_number=receipt.pk, today=today(), by=dana, **facts)

    locks = [query for query in queries if "FOR NO KEY UPDATE" in query["sql"] and "accounts_patient" in query["sql"]]
    assert len(locks) == 1, [query["sql"][:100] for query in queries]
