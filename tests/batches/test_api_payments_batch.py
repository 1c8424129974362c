"""The day's batch: opened by the first payment, joined by the others, closed by a person only."""

import datetime as dt

import pytest
from django.utils import timezone

from batches.closing import close_batch
from batches.holding import BatchClosed
from batches.models import ReferenceBatch
from payments.gateway.intents import Result
from pops.core.practice.models import Practice
from tests.moments import MIDNIGHT, NOON, TODAY, TOMORROW

SECOND = dt.timedelta(seconds=1)


def test_later_payments_of_the_day_join_the_batch(pay):
    assert pay().batch == pay(at=NOON + dt.timedelta(hours=3)).batch


def test_the_next_day_opens_its_own_batch_while_yesterdays_is_still_open(pay):
    yesterday = pay(at=MIDNIGHT - SECOND).batch
    today = pay(at=MIDNIGHT).batch

    assert (yesterday.batch_date, today.batch_date) == (TODAY, TOMORROW)
    assert yesterday.is_open
    assert today.is_open
    assert today.supplement == 1


def test_the_day_is_the_practices_own(pay):
    Practice.objects.update(time_zone="Pacific/Auckland")

    assert pay(at=NOON).batch.batch_date == dt.date(2026, 3, 3)


def test_the_practices_cut_off_decides(pay):
    Practice.objects.update(cut_off=dt.time(11))

    assert pay(at=NOON).batch.batch_date == TOMORROW


def test_a_late_payment_opens_a_supplement_and_leaves_the_closed_batch_alone(open_batch, pay, staff_user):
    closed = close_batch(batch_id=open_batch.pk, now=timezone.now(), by=staff_user)

    late, later = pay(), pay()

    assert late.batch != closed
    assert late.batch == later.batch
    assert (late.batch.batch_date, late.batch.description, late.batch.user.name) == (TODAY, "API Payments", "POPS")
    assert late.batch.supplement == 2
    closed.refresh_from_db()
    assert (closed.status, closed.closed_total_cents) == ("closed", 5000)
    close_batch(batch_id=late.batch_id, now=timezone.now(), by=staff_user)
    assert pay().batch.supplement == 3


def test_closing_stores_the_total_the_count_and_who(open_batch, pay, staff_user):
    pay(cents=1234)
    pay(cents=9999, result=Result.DECLINED)

    batch = close_batch(batch_id=open_batch.pk, now=timezone.now(), by=staff_user)

    batch.refresh_from_db()
    assert (batch.closed_total_cents, batch.closed_receipt_count) == (6234, 3)
    assert (batch.closed_by, batch.is_open) == (staff_user, False)


def test_closing_twice_is_refused_and_changes_nothing(open_batch, staff_user):
    first = close_batch(batch_id=open_batch.pk, now=timezone.now(), by=staff_user)

    with pytest.raises(BatchClosed):
        close_batch(batch_id=open_batch.pk, now=timezone.now(), by=staff_user)

    assert ReferenceBatch.objects.get().closed_at == first.closed_at
