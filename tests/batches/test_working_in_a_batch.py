"""Opening, attaching and changing a batch of the desk."""

import datetime as dt

import pytest

from batches.holding import BatchClosed
from batches.models import BatchAttachment
from batches.working import (
    BatchNotAttachable,
    NoAttachedBatch,
    attach_batch,
    change_desk_batch,
    detach_batch,
)
from pops.core.practice.models import Practice
from tests.factories.desk import attached_batch, batch_of, clerk, close, take, today


@pytest.fixture
def dana(practice):
    return clerk()


def test_who_opens_a_batch_works_in_it(dana):
    batch = batch_of(dana)

    assert attached_batch(dana) == batch
    assert (batch.batch_date, batch.user, batch.is_api) == (today(), dana, False)


def test_a_user_works_in_one_batch_at_a_time(dana):
    first = batch_of(dana)
    second = batch_of(dana, "Mail")

    assert attached_batch(dana) == second
    attach_batch(batch_id=first.pk, today=today(), by=dana)
    assert attached_batch(dana) == first
    assert BatchAttachment.objects.count() == 1


def test_without_a_batch_no_money_is_taken(dana):
    Practice.objects.update(opens_batches=False)
    with pytest.raises(NoAttachedBatch):
        take(dana)
    batch_of(dana)
    detach_batch(by=dana)
    with pytest.raises(NoAttachedBatch):
        take(dana)


def test_yesterdays_batch_takes_no_money_of_today(dana):
    batch_of(dana)

    with pytest.raises(NoAttachedBatch):
        attached_batch(dana, on=today() + dt.timedelta(days=1))


def test_neither_api_payments_nor_a_closed_batch_can_be_attached(dana, open_batch):
    batch = batch_of(dana)
    close(batch, dana, cash=0, note="The mail came too late.")

    for which, date in ((open_batch, open_batch.batch_date), (batch, today())):
        with pytest.raises(BatchNotAttachable):
            attach_batch(batch_id=which.pk, today=date, by=dana)


def test_an_open_batch_can_be_described_anew_and_a_closed_one_not(dana, open_batch):
    batch = batch_of(dana)
    words = {"description": "Mail of Monday", "facility": None, "reference_total_cents": 12345, "note": "Two bags"}

    batch = change_desk_batch(batch_id=batch.pk, **words)

    batch.refresh_from_db()
    assert (batch.description, batch.reference_total_cents, batch.note) == ("Mail of Monday", 12345, "Two bags")
    close(batch, dana, cash=0, note="The mail came too late.")
    with pytest.raises(BatchClosed):
        change_desk_batch(batch_id=batch.pk, **words)
    with pytest.raises(BatchNotAttachable):
        change_desk_batch(batch_id=open_batch.pk, **words)
