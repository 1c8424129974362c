"""The change feed tells what happened, in order, by ids and cents alone; a cursor means the same for good."""

import json

import pytest
from django.db import InternalError, transaction
from django.utils import timezone

from payments.models import Payment
from payments.recording.payments import record_outcome
from payments.restoring import Remembered, take_up
from pops.changes.feed import Cursor, CursorUnknown, FeedRestored, read_cursor, read_page
from pops.changes.models import Change
from pops.changes.sequencing import sequence_changes
from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.core.accounts.models import Guarantor
from pops.core.accounts.profile import change_preferred_name
from pops.subscribers.models import Event
from receipts.corrections.move import move_receipt
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import void_receipt
from tests.api.told import check_event
from tests.factories.accounts import GuarantorFactory, login_of
from tests.factories.desk import batch_of, close, reopen, take, tender, today
from tests.factories.payments import PaymentFactory, outcome_of
from tests.moments import NOON


def feed(after=""):
    sequence_changes()
    changes = read_page(after=read_cursor(after)).changes
    for change in changes:
        if change.type in Event.values:  # it is told by webhook, too: as the API's description says
            said = {"id": change.event_id, "type": change.type, "timestamp": change.moment, "data": change.data}
            check_event(said)
    return [(change.type, change.data) for change in changes]


def ids_of(change_data, *names):
    return tuple(change_data[name] for name in names)


@pytest.fixture
def a_day(dana, guarantor):
    """A receipt that is refunded in part, one that is voided, and a close, a reopening and another close."""
    kept, mistake = take(dana, tender(5000), guarantor=guarantor), take(dana, tender(700))
    now = timezone.now()
    refund_at_desk(receipt_number=kept.pk, amounts={"cash": 1500}, reason="Overpaid", now=now, today=today(), by=dana)
    void_receipt(receipt_number=mistake.pk, reason="Mistake", today=today(), by=dana)
    batch = close(kept.batch, dana, cash=3500)
    reopen(batch, dana)
    close(batch, dana, cash=3500)
    return kept, mistake


def test_a_day_is_told_in_its_order(a_day, guarantor):
    kept, mistake = a_day

    told = feed()

    assert [name for name, _ in told] == [
        "batch.opened", "receipt.created", "receipt.created", "receipt.refunded", "receipt.voided",
        "batch.closed", "batch.reopened", "batch.closed",
    ]  # fmt: skip
    data = [data for _, data in told]
    assert data[0] == {
        "batch": kept.batch_id, "batch_date": kept.received_on.isoformat(), "is_online": False, "supplement": 1
    }  # fmt: skip
    assert ids_of(data[1], "receipt", "amount_cents", "batch", "account_number") == (
        kept.pk, 5000, kept.batch_id, guarantor.account_number,
    )  # fmt: skip
    assert ids_of(data[3], "refund_of", "amount_cents", "kind") == (kept.pk, -1500, "refund")
    assert ids_of(data[4], "receipt", "amount_cents") == (mistake.pk, 700)
    assert ids_of(data[5], "batch", "total_cents", "receipt_count") == (kept.batch_id, 3500, 2)


def test_it_names_nobody(a_day, guarantor):
    feed()

    told = json.dumps([change.data for change in Change.objects.all()])
    names = [guarantor.name, guarantor.email, "Dana", "Overpaid", "Mistake"]
    assert [name for name in names if name in told] == []


def test_accounts_tell_what_changed_and_whom_they_became(practice, dana):
    one, other = GuarantorFactory(account_number="1001"), GuarantorFactory(account_number="1002")
    sequence_changes()
    start = read_page(after=Cursor()).after
    change_preferred_name(guarantor_id=one.pk, name="Peg", by=login_of(one))
    Guarantor.objects.filter(pk=one.pk).update(name="As the practice's system says")  # its own news, not ours
    merge = merge_guarantors(merged_id=other.pk, into_id=one.pk, reason="Twice", by=dana)
    undo_merge(merge_id=merge.pk, reason="They are two", now=timezone.now(), by=dana)

    assert feed(str(start)) == [
        ("account.changed", {"account_number": "1001", "fields": ["preferred_name"]}),
        ("account.merged", {"account_number": "1002", "into": "1001"}),
        ("account.unmerged", {"account_number": "1002", "from": "1001"}),
    ]


def test_a_move_and_a_payment_to_be_looked_at(dana, guarantor):
    receipt = take(dana, guarantor=guarantor)
    second = batch_of(dana, "Afternoon")
    move_receipt(receipt_number=receipt.pk, to_batch_id=second.pk, reason="Wrong batch", by=dana)
    payment = PaymentFactory(guarantor=guarantor, amount_cents=5000)
    record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, at=NOON, amount_cents=4999))
    assert Payment.objects.get().state == "review"

    told = dict(feed())

    assert ids_of(told["receipt.moved"], "receipt", "from_batch", "batch") == (
        receipt.pk, receipt.batch_id, second.pk,
    )  # fmt: skip
    assert ids_of(told["payment.review"], "payment", "amount_cents") == (str(payment.pk), 5000)


def test_a_page_ends_where_the_next_begins(pay):
    for _ in range(5):
        pay()
    sequence_changes()

    first = read_page(after=Cursor(), limit=4)
    second = read_page(after=first.after, limit=4)

    assert (len(first.changes), first.has_more) == (4, True)
    assert (len(second.changes), second.has_more) == (2, False)
    assert read_page(after=second.after).changes == []
    assert read_page(after=second.after).after == second.after
    assert [change.pk for change in [*first.changes, *second.changes]] == sorted(
        Change.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("text", ["7", "-1", "0--1", "0-1 ", "0-²", "1-0", "0-99999999", "0-" + "9" * 30])
def test_no_cursor_is_made_up(practice, text):
    with pytest.raises(CursorUnknown):
        read_page(after=read_cursor(text))


def test_after_a_restore_no_cursor_passes_over_what_was_lost(pay):
    pay()
    sequence_changes()
    kept = read_page(after=Cursor()).after
    with transaction.atomic():
        sid = transaction.savepoint()
        pay()
        sequence_changes()
        lost = read_page(after=Cursor()).after
        transaction.savepoint_rollback(sid)  # what came after the backup
    take_up(Remembered([], [], [], [], [], 0), margin=100, now=timezone.now())
    pay()
    sequence_changes()

    with pytest.raises(FeedRestored) as gone:
        read_page(after=lost)

    assert lost.position > kept.position
    assert gone.value.restart.position == kept.position
    after = read_page(after=kept)
    assert [change.type for change in after.changes] == ["receipt.created"]
    assert after.after.position > lost.position
    assert read_page(after=gone.value.restart).changes == after.changes


def test_what_was_told_stays_told(pay):
    pay()
    sequence_changes()

    for change in (lambda rows: rows.update(type="batch.closed"), lambda rows: rows.delete()):
        with pytest.raises(InternalError), transaction.atomic():
            change(Change.objects.all())
