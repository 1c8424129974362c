"""Current Balance, Amount Due and what is in collections."""

from receipts.owed import Balances, find_lines, get_balances
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, StatementFactory


def test_a_line_owes_what_insurance_and_patient_have_not_paid(guarantor, pay):
    line = ServiceLineFactory(
        guarantor=guarantor,
        billed_cents=20_000,
        adjusted_cents=5_000,
        insurance_pending_cents=1_000,
        insurance_paid_cents=6_000,
    )
    pay(guarantor, cents=3_000)

    read = find_lines(guarantor).get()
    assert (read, read.patient_paid_cents, read.remaining_cents) == (line, 3_000, 5_000)


def test_amount_due_is_what_remains_of_what_a_statement_showed(guarantor, pay):
    statement = StatementFactory(guarantor=guarantor)
    ServiceLineFactory(guarantor=guarantor, billed_cents=4_000, statement=statement, service_date="2026-01-05")
    ServiceLineFactory(guarantor=guarantor, billed_cents=10_000)
    ServiceLineFactory(guarantor=guarantor, billed_cents=7_700, encounter__in_collections=True)
    ServiceLineFactory(guarantor=GuarantorFactory(), billed_cents=99_900)

    assert get_balances(guarantor) == Balances(current_cents=14_000, amount_due_cents=4_000, collections_cents=7_700)
    pay(guarantor, cents=5_000)  # the oldest first
    assert get_balances(guarantor) == Balances(current_cents=9_000, amount_due_cents=0, collections_cents=7_700)


def test_nobody_owes_nothing(guarantor):
    assert get_balances(guarantor) == Balances(current_cents=0, amount_due_cents=0, collections_cents=0)
