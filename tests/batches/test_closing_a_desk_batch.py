"""Count first, then see what is expected, explain the difference, close; reopen, archive, lock the month."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from batches.breakdown import get_breakdown
from batches.closing import CountMissing, DifferenceUnexplained, TotalsChanged, close_batch
from batches.counting import count_batch
from batches.holding import BatchClosed
from batches.models import BatchClose, BatchCount, PeriodLock, ReferenceBatch
from batches.period import PeriodHasOpenBatches, PeriodLocked, lock_period
from batches.reopening import archive_batch, reopen_batch
from payments.gateway.intents import Result
from pops.core.refusals import Refused
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from tests.factories.desk import batch_of, clerk, close, reopen, take, tender, today
from tests.moments import NOON, TODAY, TOMORROW


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def batch(dana):
    """$50.00 in cash and $30.00 by check."""
    batch = batch_of(dana)
    take(dana)
    take(dana, tender(3000, "check", check_number="1041"))
    return batch


def test_a_close_keeps_totals_count_differences_who_and_when(batch, dana):
    close(batch, dana, cash=4900, check=3000, note="A dollar fell behind the drawer.")

    kept = BatchClose.objects.get()
    assert (kept.total_cents, kept.receipt_count, kept.closed_by) == (8000, 2, dana)
    assert kept.expected == {"cash": 5000, "check": 3000, "card": 0, "other": 0}
    assert kept.count.by_tender == {"cash": 4900, "check": 3000, "card": 0, "other": 0}
    assert kept.over_short == {"cash": -100, "check": 0, "card": 0, "other": 0}
    assert (kept.note, kept.over_short_cents) == ("A dollar fell behind the drawer.", -100)
    batch.refresh_from_db()
    assert (batch.status, batch.closed_total_cents, batch.closed_by) == ("closed", 8000, dana)
    assert not batch.attachments.exists()


@pytest.mark.parametrize("counted", [{"cash": 4900, "check": 3000}, {"cash": 4900, "check": 3100}])
def test_a_difference_needs_a_note_even_when_two_cancel_out(batch, dana, counted):
    with pytest.raises(DifferenceUnexplained):
        close(batch, dana, **counted)

    batch.refresh_from_db()
    assert batch.is_open
    assert BatchCount.objects.count() == 1  # the count is kept all the same


def test_money_that_comes_after_the_count_is_seen_before_the_close(batch, dana):
    seen = get_breakdown(batch).seen
    take(dana)

    with pytest.raises(TotalsChanged):
        close(batch, dana, cash=5000, check=3000, note="all", seen=seen)

    assert not BatchClose.objects.exists()


def test_a_desk_batch_is_not_closed_without_a_count_of_its_own(batch, dana):
    other = count_batch(
        batch_id=batch_of(dana, "Other").pk, counted=dict.fromkeys(("cash", "check", "card", "other"), 0), by=dana
    )

    for count_id in (None, other.pk):
        with pytest.raises(CountMissing):
            close_batch(batch_id=batch.pk, now=timezone.now(), by=dana, count_id=count_id)


def test_the_breakdown_adds_up(batch, dana, guarantor):
    receipt = take(dana, tender(2000), tender(700, "card", card_brand="visa", card_last4="4242"), guarantor=guarantor)
    refund_at_desk(
        receipt_number=receipt.pk, amounts={"cash": 500}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )
    void_receipt(receipt_number=take(dana, tender(9900)).pk, reason="Twice", today=today(), by=dana)

    breakdown = get_breakdown(batch)

    assert {(row.label, row.count, row.amount_cents) for row in breakdown.received} == {
        ("Cash", 2, 7000),
        ("Check", 1, 3000),
        ("Credit Card, Visa", 1, 700),
    }
    assert (breakdown.refunded_cents, breakdown.voided_cents, breakdown.total_cents) == (-500, 9900, 10200)
    assert breakdown.expected == {"cash": 6500, "check": 3000, "card": 700, "other": 0}
    assert breakdown.total_cents == breakdown.posted_cents + breakdown.disbursed_cents + breakdown.escrow_cents
    closed = close(batch, dana, cash=6500, check=3000, card=700)
    assert (closed.closed_total_cents, closed.closed_receipt_count) == (10200, 4)


def test_a_reopened_batch_keeps_why_and_is_counted_anew(batch, dana):
    close(batch, dana, cash=5000, check=3000)
    old_count = batch.counts.get()
    ruth = clerk("Ruth Castellano")

    with pytest.raises(Refused):
        reopen_batch(batch_id=batch.pk, reason="  ", by=ruth)
    reopen(batch, ruth)

    batch.refresh_from_db()
    assert (batch.is_open, batch.closed_total_cents) == (True, None)
    assert (batch.reopenings.get().reason, batch.reopenings.get().reopened_by) == ("A check was forgotten.", ruth)
    with pytest.raises(CountMissing):
        close_batch(batch_id=batch.pk, now=timezone.now(), by=dana, count_id=old_count.pk)
    close(batch, dana, cash=5000, check=3000)
    assert batch.closes.count() == 2


def test_a_closed_batch_can_be_archived_and_then_nothing_changes_it(batch, dana):
    with pytest.raises(Refused):
        archive_batch(batch_id=batch.pk, now=timezone.now(), by=dana)
    close(batch, dana, cash=5000, check=3000)

    archived = archive_batch(batch_id=batch.pk, now=timezone.now(), by=dana)

    assert (archived.status, archived.archived_by, archived.closed_total_cents) == ("archived", dana, 8000)
    with pytest.raises(Refused):
        reopen_batch(batch_id=batch.pk, reason="A check was forgotten.", by=dana)
    with pytest.raises(Refused):
        archive_batch(batch_id=batch.pk, now=timezone.now(), by=dana)
    with pytest.raises(BatchClosed):
        close_batch(batch_id=batch.pk, now=timezone.now(), by=dana)


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_keeps_a_closed_batch(batch, dana):
    close(batch, dana, cash=5000, check=3000)
    reopen(batch, dana, reason="To look again")  # a reason of an earlier transaction opens nothing
    close(batch, dana, cash=5000, check=3000)

    for sql in (
        "UPDATE batches_referencebatch SET note = 'x'",
        "UPDATE batches_referencebatch SET status = 'open', closed_at = NULL, closed_by_id = NULL,"
        " closed_total_cents = NULL, closed_receipt_count = NULL",
        "UPDATE batches_referencebatch SET status = 'archived', archived_at = now(), archived_by_id = closed_by_id,"
        " closed_total_cents = 1",
        "DELETE FROM batches_referencebatch",
        "UPDATE batches_batchclose SET total_cents = 1",
        "UPDATE batches_batchclosetender SET expected_cents = 1",
        "UPDATE batches_batchcounttender SET cents = 1",
        "DELETE FROM batches_batchcount",
        "UPDATE batches_batchreopening SET transaction_id = 1",
    ):
        with pytest.raises(DatabaseError, match=r"keep|append_only"):
            connection.cursor().execute(sql)


# --- Month-end ------------------------------------------------------------------------------------------------


def lock(through, by, *, now=TOMORROW):
    return lock_period(locked_through=through, today=now, by=by)


def test_nothing_of_a_locked_period_changes_any_more(open_batch, dana):
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana)
    lock(TODAY, dana)

    with pytest.raises(PeriodLocked):
        reopen_batch(batch_id=open_batch.pk, reason="A check was forgotten.", by=dana)
    with pytest.raises(PeriodLocked):
        archive_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana)
    with pytest.raises(DatabaseError, match="locked through 2026-03-02"), transaction.atomic():
        ReferenceBatch.objects.create(description="Late", user=dana, batch_date=TODAY)


def test_a_period_is_locked_when_it_is_over_and_all_is_closed(open_batch, dana):
    with pytest.raises(PeriodHasOpenBatches):
        lock(TODAY, dana)
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana)
    with pytest.raises(Refused):
        lock(TODAY, dana, now=TODAY)
    lock(TODAY, dana)
    with pytest.raises(Refused):
        lock(TODAY - dt.timedelta(days=3), dana)
    assert PeriodLock.objects.count() == 1


def test_late_online_money_for_a_locked_day_counts_for_the_first_day_after_it(open_batch, dana, pay):
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana)
    lock(TODAY, dana)

    paid, declined = pay(at=NOON), pay(at=NOON, result=Result.DECLINED)

    assert paid.batch == declined.batch
    assert (paid.received_on, paid.batch.batch_date, paid.received_at) == (TOMORROW, TOMORROW, NOON)
    assert paid.reason == "The money came on March 2, 2026, in a period that was closed. It counts for March 3, 2026."


def test_a_refund_by_own_check_after_the_page_was_shown_is_seen_before_the_close(batch, dana):
    seen = get_breakdown(batch).seen
    receipt = batch.receipts.get(transactions__method="check")
    refund_at_desk(
        receipt_number=receipt.pk, amounts={"check": 550}, reason="Overpaid", now=timezone.now(), today=today(), by=dana
    )

    with pytest.raises(TotalsChanged):
        close(batch, dana, cash=5000, check=3000, seen=seen)


def test_a_refund_by_the_practices_own_check_leaves_the_checks_on_the_desk(batch, dana):
    receipt = batch.receipts.get(transactions__method="check")
    refund_at_desk(
        receipt_number=receipt.pk,
        amounts={"check": 550},
        reason="Overpaid",
        check_number="77",
        now=timezone.now(),
        today=today(),
        by=dana,
    )

    assert get_breakdown(batch).expected == {"cash": 5000, "check": 3000, "card": 0, "other": 0}
    close(batch, dana, cash=5000, check=3000)

    kept = BatchClose.objects.get()
    assert (kept.total_cents, kept.own_check_cents, kept.over_short_cents) == (7450, -550, 0)


def test_a_batch_whose_files_are_being_made_is_not_reopened(batch, dana):
    close(batch, dana, cash=5000, check=3000)

    with pytest.raises(Refused, match="files of its close"):
        reopen_batch(batch_id=batch.pk, reason="A check was forgotten.", by=dana)
