"""Auto-Post takes the balance that became the patient's first, whenever the service was."""

from receipts.owed import find_payable_lines
from tests.factories.accounts import ServiceLineFactory


def test_the_earliest_responsibility_is_paid_first(guarantor, pay):
    """Insurance answered about the later service first; of a third one no responsibility date is known."""
    slow = ServiceLineFactory(guarantor=guarantor, service_date="2026-01-05", responsibility_date="2026-02-20")
    quick = ServiceLineFactory(guarantor=guarantor, service_date="2026-01-20", responsibility_date="2026-02-01")
    unknown = ServiceLineFactory(guarantor=guarantor, service_date="2026-02-10")

    receipt = pay(guarantor, cents=25_000)

    assert [line.pk for line in find_payable_lines(guarantor)] == [slow.pk]
    assert {p.line: p.amount_cents for p in receipt.postings.all()} == {quick: 10_000, unknown: 10_000, slow: 5_000}


def test_lists_go_by_it_too(guarantor):
    late = ServiceLineFactory(guarantor=guarantor, service_date="2026-01-05", responsibility_date="2026-02-20")
    early = ServiceLineFactory(guarantor=guarantor, service_date="2026-01-20")

    assert find_payable_lines(guarantor) == [early, late]
