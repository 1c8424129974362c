"""A close and a count tell of each tender once, add up, and say why they differ: the database judges it at commit."""

import pytest
from django.db import DatabaseError, connection, transaction

from batches.models import BatchClose, BatchCloseTender, BatchCount, BatchCountTender
from pops.core.methods import Tender
from tests.factories.desk import batch_of, clerk, close, take

EACH = dict.fromkeys(Tender.values, 0)


@pytest.fixture
def dana(practice):
    return clerk()


@pytest.fixture
def batch(dana):
    """$50.00 in cash."""
    made = batch_of(dana)
    take(dana)
    return made


def judge():
    """As at commit."""
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def insert_close(batch, by, expected, *, over_short=0):
    """By hand, as no service does."""
    with transaction.atomic():
        made = BatchClose.objects.create(batch=batch, total_cents=5000, receipt_count=1, closed_by=by)
        BatchCloseTender.objects.bulk_create(
            BatchCloseTender(close=made, tender=tender, expected_cents=cents, over_short_cents=over_short)
            for tender, cents in expected.items()
        )
        judge()


def insert_count(batch, by, counted):
    with transaction.atomic():
        made = BatchCount.objects.create(batch=batch, counted_by=by)
        BatchCountTender.objects.bulk_create(
            BatchCountTender(count=made, tender=tender, cents=cents) for tender, cents in counted.items()
        )
        judge()


def test_one_row_of_each_tender_is_right(batch, dana):
    insert_close(batch, dana, {**EACH, "cash": 5000})
    insert_count(batch, dana, EACH)


@pytest.mark.parametrize(
    ("expected", "over_short", "words"),
    [
        ({**EACH, "cash": 4900}, 0, "has tenders of 4900"),
        ({**EACH, "cash": 5000}, -100, "nobody said why"),
        ({}, 0, "not one of each"),
        ({"cash": 5000}, 0, "not one of each"),
        ({**EACH, "cash": 5000, "later": 0}, 0, "is_known"),
        ({"cash": 5000, "check": 0, "card": 0, "crypt": 0}, 0, "is_known"),
    ],
)
def test_a_close_that_is_wrong_unexplained_or_lacks_a_tender_is_refused(batch, dana, expected, over_short, words):
    with pytest.raises(DatabaseError, match=words):
        insert_close(batch, dana, expected, over_short=over_short)


@pytest.mark.parametrize(
    ("counted", "words"),
    [({}, "not one of each"), ({"cash": 0}, "not one of each"), ({**EACH, "later": 0}, "is_known")],
)
def test_a_count_that_lacks_a_tender_is_refused(batch, dana, counted, words):
    with pytest.raises(DatabaseError, match=words):
        insert_count(batch, dana, counted)


@pytest.mark.parametrize("tender", ["later", "cash"])
def test_a_row_that_comes_after_its_close_or_its_count_is_refused(batch, dana, tender):
    close(batch, dana, cash=5000)
    made = BatchClose.objects.get()
    judge()
    for late in (
        BatchCloseTender(close=made, tender=tender, expected_cents=0),
        BatchCountTender(count=made.count, tender=tender, cents=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            late.save()
