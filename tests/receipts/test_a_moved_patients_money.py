"""A posting belongs to its line: what was paid for a patient is taken back from there, whoever answers for them now."""

import datetime as dt
import functools
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from payments.recording.payments import record_outcome
from pops.core.accounts.models import Patient
from receipts.balances import get_receipt_balance
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Posting, Receipt
from receipts.owed import get_balances, get_credit, lock_lines
from receipts.statements.entering import enter_statement, find_lines_for_statement, why_not_enter_statement
from receipts.statements.listing import get_statements
from tests.books import judge
from tests.concurrency import run_together
from tests.factories.accounts import (
    EncounterFactory,
    GuarantorFactory,
    PatientFactory,
    ServiceLineFactory,
    StatementFactory,
)
from tests.factories.desk import take, tender, today
from tests.factories.payments import PaymentFactory, outcome_of


@pytest.fixture
def line(guarantor):
    return ServiceLineFactory(encounter=EncounterFactory(patient=PatientFactory(guarantor=guarantor)))


@pytest.fixture
def paid(dana, guarantor, line):
    """$100.00, all of it applied to a visit of the guarantor's patient."""
    return take(dana, tender(10000), guarantor=guarantor)


def move_patient(line):
    """The patient's new guarantor."""
    patient = line.encounter.patient
    patient.guarantor = GuarantorFactory()
    patient.save()
    return patient.guarantor


def move_encounter(line):
    """The new guarantor of a visit that was another patient's."""
    line.encounter.patient = PatientFactory()
    line.encounter.save()
    return line.encounter.patient.guarantor


def refund(receipt, by, cents):
    facts = {"reason": "Overpaid", "now": timezone.now(), "today": today(), "by": by}
    return Receipt.objects.get(pk=refund_at_desk(receipt_number=receipt.pk, amounts={"cash": cents}, **facts))


@pytest.mark.parametrize("move", [move_patient, move_encounter])
def test_a_refund_takes_back_from_the_line_itself(dana, guarantor, line, paid, move):
    other = move(line)

    made = refund(paid, dana, 4000)

    assert (made.guarantor, made.amount_cents) == (guarantor, -4000)
    assert [(row.line, row.amount_cents) for row in made.postings.all()] == [(line, -4000)]
    assert get_balances(other).current_cents == 4000
    assert get_balances(guarantor).current_cents == get_credit(guarantor) == get_credit(other) == 0
    judge()


def test_what_came_over_from_a_later_statement_is_due_by_the_latest_one(guarantor, line):
    line.statement = StatementFactory(guarantor=guarantor, statement_date=dt.date(2026, 2, 1))
    line.save()
    other = move_patient(line)
    for month in (1, 2):
        StatementFactory(guarantor=other, statement_date=dt.date(2025, month, 1), balance_cents=0)

    rows = get_statements(other, hide_paid=False).rows

    assert [row.left_cents for row in rows] == [get_balances(other).amount_due_cents, 0] == [10000, 0]


def test_what_came_over_goes_on_the_first_statement_of_an_account_that_has_none(client_of, guarantor, line):
    line.statement = StatementFactory(guarantor=guarantor, statement_date=dt.date(2026, 2, 1))
    line.save()
    other = move_patient(line)
    assert "came to this account with a patient" in client_of(other).get("/").content.decode()
    assert list(find_lines_for_statement(other)) == [line]

    made = enter_statement(guarantor_id=other.pk, statement_date=dt.date(2026, 3, 1), line_ids=[line.pk])

    assert made.balance_cents == get_balances(other).amount_due_cents == 10000
    assert [row.charge_cents for row in made.detail.items.all()] == [10000]
    assert [row.left_cents for row in get_statements(other, hide_paid=False).rows] == [10000]
    assert why_not_enter_statement(other).code == "nothing_new"
    assert [row.left_cents for row in get_statements(guarantor, hide_paid=False).rows] == [0]


@pytest.mark.parametrize("move", [move_patient, move_encounter])
def test_a_void_takes_everything_back_from_the_line_itself(dana, guarantor, line, paid, move):
    other = move(line)

    void_receipt(receipt_number=paid.pk, reason="Keyed twice", today=today(), by=dana)

    assert get_balances(other).current_cents == 10000
    assert get_balances(guarantor).current_cents == 0
    judge()


def test_a_voided_refund_goes_back_to_the_line_as_far_as_it_is_still_owed(dana, line, paid):
    made = refund(paid, dana, 4000)
    other = move_patient(line)
    take(dana, tender(1500), guarantor=other)

    void_receipt(receipt_number=made.pk, reason="Typed wrongly", today=today(), by=dana)

    assert get_balances(other).current_cents == 0
    assert get_receipt_balance(paid).escrow_cents == 1500
    judge()


def test_money_moves_with_a_patient_who_moves_twice(dana, guarantor, line, paid):
    move_patient(line)
    other = move_encounter(line)
    Patient.objects.filter(pk=line.encounter.patient_id).update(guarantor=GuarantorFactory())

    refund(paid, dana, 4000)

    assert get_balances(other).current_cents == 0
    judge()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_refunds_against_payments_of_the_new_guarantor_at_the_same_moment(dana, guarantor, line, paid, round_):
    """Two guarantors' rows are held, one line: each posting still says how the line stood right after it."""
    refund(paid, dana, 2000)
    other = move_patient(line)
    attempts = [PaymentFactory(guarantor=other, amount_cents=900) for _ in range(6)]
    now = timezone.now()
    payers = [
        functools.partial(record_outcome, payment_id=attempt.pk, outcome=outcome_of(attempt, at=now))
        for attempt in attempts
    ]
    refunds = [functools.partial(refund, paid, dana, 500)] * 6

    run_together([job for pair in zip(payers, refunds, strict=True) for job in pair], width=12)

    applied = sum(Posting.objects.filter(receipt__guarantor=other).values_list("amount_cents", flat=True))
    assert applied + get_credit(other) == 5400
    assert get_balances(other).current_cents == 2000 + 3000 - applied


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move", [move_patient, move_encounter])
def test_a_move_waits_for_money_that_is_on_its_way_to_the_line(line, move):
    def move_impatiently():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            move(line)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        lock_lines([line.pk])

        with pytest.raises(OperationalError, match="lock timeout"):
            other.submit(move_impatiently).result()


@pytest.mark.django_db(transaction=True)
def test_what_waited_for_a_move_goes_by_who_owes_the_line_then(dana, guarantor, line):
    """A payment that waits for the move of a visit neither pays a line that is another's now, nor overpays it."""
    attempts = [PaymentFactory(guarantor=guarantor, amount_cents=3000) for _ in range(6)]
    pays = [
        functools.partial(record_outcome, payment_id=attempt.pk, outcome=outcome_of(attempt, at=timezone.now()))
        for attempt in attempts
    ]

    run_together([*pays[:3], functools.partial(move_encounter, line), *pays[3:]], width=7)

    line.refresh_from_db()
    applied = sum(line.postings.values_list("amount_cents", flat=True))
    assert applied <= 10000
    assert get_balances(line.encounter.patient.guarantor).current_cents == 10000 - applied
    assert get_credit(guarantor) == 18000 - applied
