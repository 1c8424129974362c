"""What may still bring money to a day: asked by the business day, at the close and before the month-end lock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from payments.models import Payment, Refund
from pops.core.clock import business_date, business_day_end
from pops.web.backoffice.desk.batches.readiness import find_pending
from tests.factories.payments import PaymentFactory
from tests.factories.practice import PracticeFactory
from tests.factories.staff import DESK, MANAGER, member
from tests.moments import NOON, TODAY

NEW_YORK = "America/New_York"
FIVE = dt.time(17)


def at(hour, minute=0, date=TODAY):
    return dt.datetime.combine(date, dt.time(hour, minute), ZoneInfo(NEW_YORK))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cut_off", "hour", "counts"), [(FIVE, 16, 1), (FIVE, 18, 0), (dt.time(0), 18, 1), (dt.time(0), 23, 1)]
)
def test_an_attempt_counts_against_the_day_that_its_money_would_belong_to(cut_off, hour, counts):
    PracticeFactory(time_zone=NEW_YORK, cut_off=cut_off)
    PaymentFactory()
    Payment.objects.update(started_at=at(hour, 30))

    assert len(find_pending(TODAY)) == counts
    assert len(find_pending(TODAY + dt.timedelta(days=1))) == 1


@pytest.mark.parametrize("zone", [NEW_YORK, "Australia/Sydney", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize("cut_off", [dt.time(0), FIVE, dt.time(23, 59, 30)])
def test_a_day_ends_where_the_next_one_begins(zone, cut_off):
    for date in (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(366)):
        end = business_day_end(date, time_zone=zone, cut_off=cut_off).astimezone(dt.UTC)
        days = [
            business_date(end + dt.timedelta(seconds=seconds), time_zone=zone, cut_off=cut_off) for seconds in (-1, 0)
        ]
        assert days == [date, date + dt.timedelta(days=1)], end


def test_the_close_page_asks_by_the_business_day(client_of, practice, pay):
    practice.cut_off = FIVE
    practice.save()
    batch = pay().batch
    PaymentFactory()
    for hour, words in (
        (18, "Nothing. All payments and refunds are settled."),
        (16, "1 online payment not settled yet"),
    ):
        Payment.objects.filter(receipt=None).update(started_at=at(hour))
        page = client_of(member(MANAGER)).get(reverse("backoffice:close", args=[batch.pk])).content.decode()
        assert words in page


def test_the_lock_page_lists_what_is_in_the_air_or_in_review_before_it_is_pressed(client_of, pay):
    receipt = pay()
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        Refund.objects.create(receipt=receipt, charge_id="ch_1", amount_cents=1, reason="Overpaid", state="review")
        Refund.objects.update(requested_at=NOON)
        PaymentFactory()
        Payment.objects.filter(receipt=None).update(started_at=NOON)
        page = client_of(member(MANAGER)).get(reverse("backoffice:period")).content.decode()

    assert "1 online payment not settled yet" in page
    assert "1 decision to make about a payment or refund" in page
    assert reverse("backoffice:reviews") in page


def test_the_front_desk_sees_what_waits_and_does_not_decide(client_of, pay):
    receipt = pay()
    refund = Refund.objects.create(
        receipt=receipt, charge_id="ch_1", amount_cents=1, reason="Overpaid", state="review", note="Too much"
    )
    address = reverse("backoffice:decide_refund", args=[refund.pk])

    desk, manager = client_of(member(DESK)), client_of(member(MANAGER))

    assert address not in desk.get(reverse("backoffice:reviews")).content.decode()
    assert desk.get(address).status_code == 403
    assert address in manager.get(reverse("backoffice:reviews")).content.decode()
    assert "Too much" in manager.get(address).content.decode()
    page = manager.post(address, {"decision": "elsewhere", "reason": "Paid back in cash"}, follow=True).content.decode()
    assert "It is noted how the refund was settled" in page
    assert "decided about this refund already" in manager.get(address).content.decode()
