"""A statement shows its day: which services, what was posted until when, and how its balance came about."""

import datetime as dt
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pops.core.accounts.models import Encounter, Patient, ServiceLine
from receipts.corrections.void import void_receipt
from receipts.detailed import detail_of
from receipts.models import StatementDetail, StatementItem
from receipts.owed import get_balances
from receipts.statements.entering import enter_statement
from receipts.statements.freezing import SETTLED, find_guarantors_waiting, freeze_settled
from receipts.statements.listing import get_statements
from receipts.tasks import freeze_statements
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, take, tender, today
from tests.factories.statements import imported_statement, statement_of
from tests.moments import NOON

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def sums_of(statement):
    detail = StatementDetail.objects.get(statement=statement)
    return [
        getattr(detail, f"{name}_cents")
        for name in ("previous", "charges", "payments", "adjustments", "other", "current")
    ]


def freeze(guarantor, now=None):
    return freeze_settled(guarantor_id=guarantor.pk, now=now or timezone.now())


# --- Entered at the desk ------------------------------------------------------------------------------------------


def test_the_first_statement_is_all_new_charges(guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=20_000, insurance_paid_cents=12_000)
    ServiceLineFactory(guarantor=guarantor, billed_cents=3_000)

    statement = statement_of(guarantor, on=JANUARY)

    assert sums_of(statement) == [0, 11_000, 0, 0, 0, 11_000]
    assert statement.balance_cents == get_balances(guarantor).amount_due_cents == 11_000


def test_the_next_begins_where_the_last_one_ended(guarantor, pay):
    old = ServiceLineFactory(guarantor=guarantor, billed_cents=9_000)
    first = statement_of(guarantor, on=JANUARY)
    pay(guarantor, cents=2_500)
    ServiceLine.objects.filter(pk=old.pk).update(insurance_paid_cents=1_000)
    ServiceLineFactory(guarantor=guarantor, billed_cents=4_000)

    second = statement_of(guarantor, on=FEBRUARY)

    assert sums_of(second) == [9_000, 4_000, -2_500, -1_000, 0, 9_500]
    assert second.detail.follows == first
    items = {item.line_id: item for item in second.detail.items.all()}
    assert (items[old.pk].previous_cents, items[old.pk].payment_cents, items[old.pk].adjustment_cents) == (
        9000,
        -2500,
        -1000,
    )


def test_a_copay_before_the_first_statement_stands_as_a_payment(guarantor, pay):
    ServiceLineFactory(guarantor=guarantor, billed_cents=9_000)
    pay(guarantor, cents=2_000)

    assert sums_of(statement_of(guarantor, on=JANUARY)) == [0, 9_000, -2_000, 0, 0, 7_000]


def test_a_voided_payment_is_taken_back_on_the_next(guarantor, practice):
    dana = clerk()
    batch_of(dana)
    ServiceLineFactory(guarantor=guarantor, billed_cents=9_000)
    receipt = take(dana, tender(5_000), guarantor=guarantor)
    assert sums_of(statement_of(guarantor, on=JANUARY)) == [0, 9_000, -5_000, 0, 0, 4_000]

    void_receipt(receipt_number=receipt.pk, reason="Mistake", today=today(), by=dana)
    ServiceLineFactory(guarantor=guarantor, billed_cents=100)

    assert sums_of(statement_of(guarantor, on=FEBRUARY)) == [4_000, 100, 5_000, 0, 0, 9_100]


def test_what_goes_to_collections_or_to_another_guarantor_leaves_the_balance(guarantor):
    handed, moved, _ = (ServiceLineFactory(guarantor=guarantor, billed_cents=cents) for cents in (1000, 200, 30))
    statement_of(guarantor, on=JANUARY)
    Encounter.objects.filter(pk=handed.encounter_id).update(in_collections=True)
    Patient.objects.filter(pk=moved.encounter.patient_id).update(guarantor=GuarantorFactory())
    ServiceLineFactory(guarantor=guarantor, billed_cents=4)

    statement = statement_of(guarantor, on=FEBRUARY)

    assert sums_of(statement) == [1_230, 4, 0, -1_200, 0, 34]
    assert get_balances(guarantor).amount_due_cents == 34
    ServiceLineFactory(guarantor=guarantor, billed_cents=5)
    last = statement_of(guarantor, on=MARCH)
    assert handed.pk not in set(last.detail.items.values_list("line", flat=True)), "it is said once"


def test_later_changes_and_payments_change_no_statement(guarantor, pay):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=9_000, description="Office visit")
    statement = statement_of(guarantor, on=JANUARY)
    before = detail_of(StatementDetail.objects.get(statement=statement))

    pay(guarantor, cents=9_000)
    ServiceLine.objects.filter(pk=line.pk).update(description="Something else", insurance_paid_cents=5_000)

    assert detail_of(StatementDetail.objects.get(statement=statement)) == before


def test_the_database_keeps_what_was_frozen(guarantor):
    statement = statement_of(guarantor, on=JANUARY)

    changes = [
        lambda: StatementDetail.objects.filter(statement=statement).update(previous_cents=1),
        lambda: StatementItem.objects.update(billed_cents=1),
        lambda: StatementItem.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            change()


def test_the_database_takes_no_statement_that_does_not_add_up(guarantor):
    statement = imported_statement(guarantor, on=JANUARY, balance_cents=100)
    facts = dict.fromkeys(("previous", "charges", "payments", "adjustments", "other"), 10)

    with pytest.raises(IntegrityError, match="statement_detail_adds_up"), transaction.atomic():
        StatementDetail.objects.create(
            statement=statement, current_cents=51, **{f"{name}_cents": cents for name, cents in facts.items()}
        )


def test_one_that_is_due_before_its_own_date_is_refused(guarantor):
    line = ServiceLineFactory(guarantor=guarantor)

    with pytest.raises(Exception, match="can't be due before its own date"):
        enter_statement(guarantor_id=guarantor.pk, statement_date=FEBRUARY, due_date=JANUARY, line_ids=[line.pk])
    assert not guarantor.statements.exists()


# --- Imported -----------------------------------------------------------------------------------------------------


def test_an_imported_one_counts_what_was_posted_until_its_date(guarantor, pay):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=9_000)
    pay(guarantor, cents=1_000, at=NOON)
    pay(guarantor, cents=2_000, at=NOON + timedelta(days=1))
    statement = imported_statement(guarantor, line, on=NOON.date(), balance_cents=8_000)

    assert freeze(guarantor) == 1
    assert sums_of(statement) == [0, 9_000, -1_000, 0, 0, 8_000]
    assert StatementDetail.objects.get().through == NOON.date()


def test_what_the_practice_knows_beside_it_stands_as_other_changes(guarantor):
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=9_000)
    statement = imported_statement(guarantor, line, on=JANUARY, balance_cents=9_500)

    freeze(guarantor)

    assert sums_of(statement) == [0, 9_000, 0, 0, 500, 9_500]
    assert detail_of(statement.detail).not_itemized == 500


def test_one_waits_until_its_services_had_time_to_follow_and_so_do_later_ones(guarantor):
    young = imported_statement(guarantor, on=JANUARY, balance_cents=0, ago=timedelta())
    imported_statement(guarantor, on=FEBRUARY, balance_cents=0)

    assert freeze(guarantor) == 0
    assert freeze(guarantor, now=young.entered_at + SETTLED) == 2


def test_the_worker_freezes_those_that_nobody_looks_at(guarantor):
    imported_statement(guarantor, on=JANUARY, balance_cents=700)
    imported_statement(GuarantorFactory(), on=JANUARY, balance_cents=0, ago=timedelta())

    freeze_statements()

    assert [detail.statement.guarantor for detail in StatementDetail.objects.all()] == [guarantor]
    assert find_guarantors_waiting(now=timezone.now(), limit=10) == []


def test_one_that_came_after_a_later_one_stays_without_details(guarantor):
    later = imported_statement(guarantor, on=FEBRUARY, balance_cents=700)
    freeze(guarantor)
    late = imported_statement(guarantor, on=JANUARY, balance_cents=300)

    assert freeze(guarantor) == 0
    assert find_guarantors_waiting(now=timezone.now(), limit=10) == []
    following = imported_statement(guarantor, on=MARCH, balance_cents=900)
    freeze(guarantor)
    assert following.detail.follows == later != late


def test_a_corrected_balance_is_said_beside_what_was_sent(guarantor):
    statement = imported_statement(guarantor, on=JANUARY, balance_cents=700)
    freeze(guarantor)
    guarantor.statements.update(balance_cents=650)

    detailed = detail_of(StatementDetail.objects.get(statement=statement))

    assert (detailed.detail.current_cents, detailed.corrected_cents) == (700, 650)


# --- How each stands now ------------------------------------------------------------------------------------------


def rows_of(guarantor, **asked):
    return [
        (row.statement_date, row.verdict, row.left_cents)
        for row in get_statements(guarantor, **{"hide_paid": False, **asked}).rows
    ]


def test_a_statement_is_paid_when_nothing_is_left_of_what_it_showed(guarantor, pay):
    ServiceLineFactory(guarantor=guarantor, billed_cents=4_000, service_date="2026-01-05")
    statement_of(guarantor, on=JANUARY)
    ServiceLineFactory(guarantor=guarantor, billed_cents=1_000, service_date="2026-02-05")
    statement_of(guarantor, on=FEBRUARY)
    assert rows_of(guarantor) == [(FEBRUARY, "Open", 5_000), (JANUARY, "Open", 4_000)]

    pay(guarantor, cents=4_500)

    assert rows_of(guarantor) == [(FEBRUARY, "Open", 500), (JANUARY, "Paid", 0)]
    assert rows_of(guarantor, hide_paid=True) == [(FEBRUARY, "Open", 500)]
    assert get_balances(guarantor).amount_due_cents == 500


def test_one_in_collections_or_of_unknown_services_is_never_called_paid(guarantor):
    line = ServiceLineFactory(guarantor=guarantor)
    imported_statement(guarantor, on=JANUARY, balance_cents=500)
    imported_statement(guarantor, line, on=FEBRUARY, balance_cents=10_000)
    Encounter.objects.update(in_collections=True)

    assert rows_of(guarantor) == [(FEBRUARY, "Not payable here", 0), (JANUARY, "Not payable here", 0)]


def test_they_are_listed_by_the_day_they_are_due(guarantor):
    for on, due in ((JANUARY, dt.date(2026, 5, 1)), (FEBRUARY, None), (MARCH, dt.date(2026, 4, 20))):
        statement_of(guarantor, on=on, due=due)

    rows = get_statements(guarantor, hide_paid=False).rows

    assert [row.due_on for row in rows] == [dt.date(2026, 5, 1), dt.date(2026, 4, 20), FEBRUARY]


def test_a_long_list_is_cut_into_pages_both_ways(guarantor):
    made = [imported_statement(guarantor, on=JANUARY + timedelta(days=n), balance_cents=n).pk for n in range(45)][::-1]

    first = get_statements(guarantor, hide_paid=False)
    second = get_statements(guarantor, hide_paid=False, before=first.last_pk)
    third = get_statements(guarantor, hide_paid=False, before=second.last_pk)
    assert [row.pk for page in (first, second, third) for row in page.rows] == made
    assert [(page.has_later, page.has_earlier) for page in (first, second, third)] == [
        (False, True), (True, True), (True, False),
    ]  # fmt: skip
    back = get_statements(guarantor, hide_paid=False, after=third.rows[0].pk)
    assert back.rows == second.rows
    assert get_statements(guarantor, hide_paid=False, after=second.rows[0].pk).is_start
