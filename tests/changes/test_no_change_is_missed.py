"""Whoever reads the feed gets each change once, in order, and none before it is committed: with transactions that take
long, with many writers at once, and with a reader that dies and goes on."""

import random
import threading

import pytest
from django.db import connection, transaction

from pops.changes import sequencing
from pops.changes.feed import Cursor, read_page
from pops.changes.models import Mark
from pops.changes.sequencing import sequence_changes
from receipts.models import Receipt
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 16, 5


class Killed(Exception):
    """As a process that ends here: nothing of its transaction is kept."""


class LongTransaction:
    """A payment that was recorded, but whose transaction goes on on a connection of its own until it is ended."""

    def __init__(self, pay, *, keep):
        self._pay, self._keep = pay, keep
        self._written, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        assert self._written.wait(60)
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join(60)

    def _run(self):
        try:
            with transaction.atomic():
                self.receipt = self._pay()
                self._written.set()
                self._end.wait(60)
                transaction.set_rollback(not self._keep)
        finally:
            connection.close()


@pytest.fixture
def opened(pay):
    """The day's batch is open, and told of: nobody waits for another to open it."""
    pay()
    sequence_changes()
    return read_page(after=Cursor()).after


def receipts_after(cursor):
    sequence_changes()
    return [change.data["receipt"] for change in read_page(after=cursor).changes]


def mark():
    return Mark.objects.get(source="receipts")


def test_who_takes_long_holds_up_nobody_and_is_not_passed_over(pay, opened):
    with LongTransaction(pay, keep=True) as slow:
        later = pay()

        assert receipts_after(opened) == [later.pk]  # its number is above that of the one that is not there yet
        assert receipts_after(opened) == [later.pk]
        assert mark().done_through < slow.receipt.pk
        cursor = read_page(after=opened).after

    assert receipts_after(cursor) == [slow.receipt.pk]
    assert receipts_after(cursor) == [slow.receipt.pk]


def test_a_number_that_was_given_up_is_waited_for_no_longer_than_it_takes(pay, opened):
    with LongTransaction(pay, keep=False) as slow:
        later = pay()
        sequence_changes()
    assert not Receipt.objects.filter(pk=slow.receipt.pk).exists()

    assert receipts_after(opened) == [later.pk]

    assert mark().done_through == later.pk
    assert not sequencing.is_behind()


class Reader(threading.Thread):
    """Reads page by page, keeps its cursor after each, and dies now and then: in a pass of its own, or with a page."""

    def __init__(self, cursor, seed):
        super().__init__()
        self.cursor, self.got, self.deaths = cursor, [], 0
        self.chance, self.over = random.Random(seed), threading.Event()

    def run(self):
        try:
            while self.read() or not self.over.is_set():
                pass
        finally:
            connection.close()

    def read(self):
        """Whether there may be more."""
        try:
            sequence_changes()
            page = read_page(after=self.cursor, limit=3)
            if self.chance.random() < 0.2:
                raise Killed
        except Killed:
            self.deaths += 1
            return True
        self.got += page.changes
        self.cursor = page.after
        return bool(page.changes) or sequencing.is_behind()


def test_many_write_while_readers_die_and_go_on(pay, opened, monkeypatch):
    keep, chance = sequencing._keep, random.Random(17)

    def die_or_keep(*readings):
        if chance.random() < 0.3:
            raise Killed
        keep(*readings)

    monkeypatch.setattr(sequencing, "_keep", die_or_keep)
    readers = [Reader(opened, seed) for seed in (1, 2)]
    guarantors = [GuarantorFactory() for _ in range(WRITERS)]
    for reader in readers:
        reader.start()

    def write(n):
        receipt = pay(guarantors[n % WRITERS])
        if n % 7 == 0:  # drew its number, and is not there after all
            with transaction.atomic():
                pay(guarantors[n % WRITERS])
                transaction.set_rollback(True)
        return receipt.pk

    written = run_together([lambda n=n: write(n) for n in range(WRITERS * EACH)], width=WRITERS)
    for reader in readers:
        reader.over.set()
        reader.join(300)

    for reader in readers:
        positions = [change.position for change in reader.got]
        assert positions == sorted(set(positions))
        told = [change.data["receipt"] for change in reader.got if change.type == "receipt.created"]
        assert sorted(told) == sorted(written)
        assert reader.deaths > 3
    assert readers[0].got == readers[1].got
