"""Float, paid in, paid out and drops: what should lie in a drawer, what is over or short, what goes to the bank."""

import pytest
from django.db import DatabaseError, connection, transaction

from batches.breakdown import get_breakdown
from batches.cash import move_cash
from batches.models import BatchClose, DrawerMovement
from batches.working import open_desk_batch
from pops.core.refusals import Refused
from receipts.documents.packet import get_slip
from tests.factories.desk import clerk, close, take, today

MOVED = {"float_cents": 10_000, "paid_in_cents": 2000, "paid_out_cents": 500, "dropped_cents": 6000}


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def batch(dana):
    """$100.00 of float and $50.00 received; $20.00 paid in, $5.00 paid out, $60.00 dropped: $105.00 are there."""
    batch = open_desk_batch(description="Front desk", today=today(), by=dana, float_cents=10_000)
    take(dana)
    for kind, cents, reason in [
        ("paid_in", 2000, "Change from the bank"), ("paid_out", 500, "Stamps"), ("drop", 6000, "Bag 12"),
    ]:  # fmt: skip
        move_cash(batch_id=batch.pk, kind=kind, cents=cents, reason=reason, by=dana)
    return batch


def test_what_should_be_there_is_float_and_receipts_and_what_moved(batch, dana):
    breakdown = get_breakdown(batch)

    assert (breakdown.due["cash"], breakdown.expected["cash"], breakdown.total_cents) == (10_500, 5000, 5000)
    close(batch, dana, cash=10_450, note="A quarter rolled away, and another.")
    kept = BatchClose.objects.get()
    assert (kept.over_short["cash"], kept.total_cents, kept.drawer_cents) == (-50, 5000, 5500)
    assert (kept.float_cents, kept.paid_in_cents, kept.paid_out_cents, kept.dropped_cents) == (10_000, 2000, 500, 6000)


def test_what_goes_to_the_bank_is_what_was_counted_and_dropped_less_the_float_that_stays(batch, dana):
    close(batch, dana, cash=10_500)

    kept = BatchClose.objects.get()
    assert (kept.float_left_cents, kept.deposit_cash_cents, get_slip(kept).cash_cents) == (10_000, 6500, 6500)


@pytest.mark.parametrize(
    ("kind", "cents", "reason", "code"),
    [("float", 100, "", "float_is_there"), ("paid_out", 100, " ", "reason_missing"), ("drop", 0, "Bag", "no_amount")],
)
def test_a_second_float_no_reason_or_no_amount_is_refused(batch, dana, kind, cents, reason, code):
    with pytest.raises(Refused) as refused:
        move_cash(batch_id=batch.pk, kind=kind, cents=cents, reason=reason, by=dana)

    assert refused.value.code == code


def test_nothing_moves_in_a_closed_drawer_nor_in_one_that_is_none(batch, dana, open_batch):
    close(batch, dana, cash=10_500)

    for which in (batch, open_batch):
        with pytest.raises(Refused):
            move_cash(batch_id=which.pk, kind="paid_in", cents=100, reason="Change", by=dana)
        with pytest.raises(DatabaseError, match="no open drawer"), transaction.atomic():
            DrawerMovement.objects.create(batch=which, kind="paid_in", amount_cents=100, reason="Change", made_by=dana)


def insert_close(told, over, **facts):
    """By hand, as no service does, and judged as at commit."""
    made = BatchClose.objects.create(**facts, **told)
    for tender in ("cash", "check", "card", "other"):
        is_cash = tender == "cash"
        made.tenders.create(
            tender=tender, expected_cents=5000 if is_cash else 0, over_short_cents=over if is_cash else 0
        )
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_the_database_keeps_what_moved_and_judges_the_close(batch, dana):
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        connection.cursor().execute("UPDATE batches_drawermovement SET amount_cents = 1")
    count = batch.counts.create(counted_by=dana)
    for tender in ("cash", "check", "card", "other"):
        count.tenders.create(tender=tender, cents=10_500 if tender == "cash" else 0)
    facts = {"batch": batch, "total_cents": 5000, "receipt_count": 1, "closed_by": dana, "count": count, "note": "why"}
    for told, over, words in [
        ({}, 0, "another drawer"),
        (MOVED, 5500, "something else than its count"),
    ]:
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            insert_close(told, over, **facts)
