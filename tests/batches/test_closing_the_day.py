"""One call closes all batches of the day at once, and puts what was counted into one deposit."""

import csv
import io

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from batches.breakdown import get_breakdown
from batches.closing import Closing, DayNotOver, DifferenceUnexplained, ProcessorUnexplained, close_batch
from batches.day import close_day, find_batches_of_day
from batches.deposits import DepositFacts, find_undeposited, make_deposit
from batches.holding import BatchClosed
from batches.models import BatchClose, Deposit, DepositBatch, ReferenceBatch
from batches.over_short import tally_over_short
from batches.working import open_desk_batch
from pops.core.refusals import Refused
from receipts.documents.packet import packet_context
from receipts.tasks import make_missing
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import batch_of, clerk, close, count_out, reopen, take, tender, today
from tests.moments import TODAY

BANK = "First Lakeside Bank"


def slip(**more):
    return DepositFacts(deposited_on=today(), bank=BANK, **{"bag_number": "7731", **more})


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def sam(practice):
    return clerk("Sam Taylor")


@pytest.fixture
def two(dana, sam):
    """Two drawers of $100.00 float: $50.00 in cash and a check of $30.00, and $20.00 in cash."""
    front = open_desk_batch(description="Front desk", today=today(), by=dana, float_cents=10_000)
    take(dana)
    take(dana, tender(3000, "check", check_number="1041"), guarantor=GuarantorFactory(name="Maria Alvarez"))
    back = open_desk_batch(description="Back office", today=today(), by=sam, float_cents=10_000)
    take(sam, tender(2000))
    return front, back


def closing(batch, by, *, note="", **counted):
    count = count_out(batch, by, **counted)
    return Closing(batch_id=batch.pk, count_id=count.pk, note=note, expected_seen=get_breakdown(batch).seen)


def test_all_are_closed_and_one_deposit_carries_what_was_counted_less_the_floats(two, dana, sam, open_batch):
    closings = [
        closing(two[0], dana, cash=15_000, check=3000),
        closing(two[1], sam, cash=11_900, note="A dollar short"),
    ]

    done = close_day(closings=[*closings, Closing(open_batch.pk)], deposit=slip(), now=timezone.now(), by=dana)

    assert [batch.pk for batch in done.closed] == [two[0].pk, two[1].pk, open_batch.pk]
    assert done.refused == []
    deposit = Deposit.objects.get()
    assert (deposit.cash_cents, deposit.check_cents, deposit.bank, deposit.made_by) == (6900, 3000, BANK, dana)
    assert set(deposit.parts.values_list("batch", "cash_cents")) == {(two[0].pk, 5000), (two[1].pk, 1900)}
    assert not find_undeposited().exists()
    assert find_batches_of_day(today()) == []


def test_what_fails_is_said_batch_by_batch_and_the_others_are_closed(two, dana, sam, pay):
    online = pay(at=timezone.now()).batch
    close(two[1], sam, cash=12_000)
    wrong, again = closing(two[0], dana, cash=14_900, check=3000), Closing(batch_id=two[1].pk)

    done = close_day(closings=[wrong, again, Closing(online.pk)], deposit=slip(), now=timezone.now(), by=dana)

    assert (done.closed, done.deposit) == ([], None)
    assert [(key, type(why)) for key, why in done.refused] == [
        (two[0].pk, DifferenceUnexplained), (two[1].pk, BatchClosed), (online.pk, DayNotOver),
    ]  # fmt: skip
    assert two[0].counts.count() == 1  # the count is kept all the same
    sure = Closing(online.pk, knows_day_goes_on=True)
    right = Closing(two[0].pk, count_id=wrong.count_id, note="A dollar fell behind the drawer.")
    done = close_day(closings=[sure, right], deposit=None, now=timezone.now(), by=dana)
    assert len(done.closed) == 2
    assert set(find_undeposited()) == set(two)


def test_only_batches_with_money_for_the_bank_are_offered(two, dana, sam, client_of):
    cards = batch_of(clerk("Ruth Adams"), "Cards alone")
    take(cards.user, tender(4000, "card", card_brand="visa", card_last4="4242"))
    close(cards, cards.user, card=4000)
    close(two[0], dana, cash=15_000, check=3000)
    client = client_of(dana)

    page = client.get(reverse("backoffice:make_deposit")).content.decode()

    assert f"{two[0].title}: $80.00" in page
    assert cards.title not in page
    make_deposit(batch_ids=[two[0].pk], facts=slip(), by=dana)
    assert "Nothing waits" in client.get(reverse("backoffice:make_deposit")).content.decode()


@pytest.mark.parametrize("drawers", [1, 4])
def test_a_day_of_many_drawers_is_held_for_as_few_statements_as_one(drawers, dana, open_batch):
    """Payments wait meanwhile; what is written for each batch of its own is its history's reason."""
    closings = [Closing(open_batch.pk)]
    for n in range(drawers):
        by = clerk(f"Clerk {n}")
        batch = open_desk_batch(description=f"Drawer {n}", today=today(), by=by, float_cents=5000)
        take(by)
        closings.append(closing(batch, by, cash=10_000))

    with CaptureQueriesContext(connection) as held:
        done = close_day(closings=closings, deposit=slip(), now=timezone.now(), by=dana)

    assert (len(done.closed), done.deposit.total_cents) == (drawers + 1, drawers * 5000)
    assert len(held) <= 40, "\n".join(query["sql"][:120] for query in held)


def test_another_sum_at_stripe_is_explained_and_kept(dana, open_batch):
    """By the service, and by the database whoever writes."""
    with pytest.raises(ProcessorUnexplained):
        close_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana, processor_cents=700)
    facts = {"note": "A charge of yesterday evening", "processor_cents": 700}
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=dana, **facts)

    made = open_batch.closes.get()
    assert (made.processor_cents, made.online_cents, made.processor_off_cents) == (700, 5000, 4300)
    assert "Stripe took $7.00" in render_to_string("receipts/pdf/_packet.html", {"close": made, **packet_context(made)})
    with pytest.raises(IntegrityError, match="says_why_online_differs"), transaction.atomic():
        BatchClose.objects.create(
            batch=open_batch, closed_by=dana, total_cents=0, receipt_count=0, processor_cents=1, online_cents=0
        )


def test_a_batch_goes_to_the_bank_once(two, dana, sam, open_batch):
    for batch, by, cash, check in [(two[0], dana, 15_000, 3000), (two[1], sam, 12_000, 0)]:
        close(batch, by, cash=cash, check=check)
    make_deposit(batch_ids=[two[0].pk], facts=slip(), by=dana)

    for batches in ([two[0].pk, two[1].pk], [open_batch.pk], []):
        with pytest.raises(Refused):
            make_deposit(batch_ids=batches, facts=slip(), by=dana)
    assert Deposit.objects.count() == 1
    make_deposit(batch_ids=[two[1].pk], facts=slip(), by=dana)
    # What was brought to the bank stays as it was, whatever becomes of the batch.
    make_missing()
    reopen(two[0], dana)
    close(two[0], dana, cash=15_000, check=3000)
    assert DepositBatch.objects.get(batch=two[0]).close_id < two[0].closes.latest("pk").pk


def test_the_database_refuses_a_deposit_that_is_not_what_was_counted(two, dana):
    close(two[0], dana, cash=15_000, check=3000)
    made = two[0].closes.get()
    deposit = Deposit.objects.create(deposited_on=TODAY, bank=BANK, cash_cents=5000, check_cents=3000, made_by=dana)
    for cash, batch in ((4900, two[0]), (5000, two[1])):
        with pytest.raises(DatabaseError, match="for the bank"), transaction.atomic():
            DepositBatch.objects.create(deposit=deposit, batch=batch, close=made, cash_cents=cash, check_cents=3000)
    DepositBatch.objects.create(deposit=deposit, batch=two[0], close=made, cash_cents=5000, check_cents=3000)
    for sql in ("UPDATE batches_deposit SET bank = 'x'", "DELETE FROM batches_depositbatch"):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            transaction.get_connection().cursor().execute(sql)


def test_the_slip_lists_each_batch_and_each_check(two, dana, sam, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    close(two[0], dana, cash=15_000, check=3000)
    close(two[1], sam, cash=12_000)
    deposit = make_deposit(batch_ids=[one.pk for one in two], facts=slip(), by=dana)

    make_missing()

    rows = list(csv.reader(io.StringIO(deposit.documents.get(kind="slip_csv").file.read().decode("utf-8-sig"))))
    day = today()
    assert rows[1:] == [
        [f"'{day} Front desk" if rows[1][0].startswith("'") else f"{day} Front desk", "Cash", "", "", "50.00"],
        [rows[2][0], "Check", "1041", "Maria Alvarez", "30.00"],
        [rows[3][0], "Cash", "", "", "20.00"],
        ["Total", "", "", "", "100.00"],
    ]
    assert deposit.documents.get(kind="slip").file.read().startswith(b"%PDF-1.7")
    kinds = {document.kind for one in two for document in one.closes.get().shown_documents}
    assert kinds == {"packet", "packet_csv"}, "one slip goes to the bank"


def test_over_and_short_are_told_by_person_and_by_weekday(two, dana, sam):
    close(two[0], dana, cash=14_900, check=3100, note="A dollar in the wrong tray")
    close(two[1], sam, cash=12_025, note="A quarter too much")

    found = tally_over_short(since=today(), until=today())

    assert [(row.label, row.closes, row.off, row.over_cents, row.short_cents) for row in found.by_person] == [
        ("Dana Whitfield", 1, 1, 100, -100), ("Sam Taylor", 1, 1, 25, 0),
    ]  # fmt: skip
    assert [(row.label, row.net_cents) for row in found.by_weekday] == [(f"{today():%A}", 25)]
    assert (found.total.closes, found.total.right_percent) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_and_a_manager_close_the_same_day_at_once():
    dana, sam, ruth = (clerk(name) for name in ("Dana Whitfield", "Sam Taylor", "Ruth Castellano"))
    batches = []
    for n, by in enumerate([dana, sam, ruth]):
        batch = open_desk_batch(description=f"Drawer {n}", today=today(), by=by, float_cents=5000)
        take(by, tender(1000 * (n + 1)))
        batches.append(closing(batch, by, cash=5000 + 1000 * (n + 1)))

    jobs = [
        lambda by=by: close_day(closings=batches, deposit=slip(), now=timezone.now(), by=by) for by in (dana, sam, ruth)
    ]
    done = run_together(jobs, width=3)

    assert sum(len(one.closed) for one in done) == 3
    assert sum(len(one.refused) for one in done) == 6
    assert not ReferenceBatch.objects.filter(status="open").exists()
    assert sum(deposit.total_cents for deposit in Deposit.objects.all()) == 6000
    assert DepositBatch.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_counts_and_deposits_at_once_are_each_kept_once():
    dana, sam = clerk(), clerk("Sam Taylor")
    batch = open_desk_batch(description="Drawer", today=today(), by=dana)
    take(dana)

    def count(by):
        try:
            return count_out(batch, by, cash=5000).pk
        except Refused:
            return None

    counts = run_together([lambda: count(dana), lambda: count(dana), lambda: count(sam), lambda: count(sam)], width=4)
    assert sum(made is not None for made in counts) == batch.counts.count() == 1
    close_day(closings=[Closing(batch.pk, count_id=batch.counts.get().pk)], deposit=None, now=timezone.now(), by=dana)

    def deposit():
        try:
            return make_deposit(batch_ids=[batch.pk], facts=slip(), by=dana).pk
        except Refused:
            return None

    assert sum(made is not None for made in run_together([deposit] * 4, width=4)) == Deposit.objects.count() == 1
