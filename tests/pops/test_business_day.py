import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from pops.core.clock import business_date
from pops.core.practice.models import validate_cut_off
from tests.factories.practice import PracticeFactory

NEW_YORK, SYDNEY = "America/New_York", "Australia/Sydney"


@pytest.mark.parametrize(
    ("utc", "time_zone", "date"),
    [
        # The last and the first second of a day.
        ("2026-03-03T04:59:59", NEW_YORK, "2026-03-02"),
        ("2026-03-03T05:00:00", NEW_YORK, "2026-03-03"),
        ("2026-03-02T12:59:59", SYDNEY, "2026-03-02"),
        ("2026-03-02T13:00:00", SYDNEY, "2026-03-03"),
        # Spring forward: the day has 23 hours, and it ends at 04:00 UTC instead of 05:00.
        ("2026-03-08T04:59:59", NEW_YORK, "2026-03-07"),
        ("2026-03-08T05:00:00", NEW_YORK, "2026-03-08"),
        ("2026-03-09T03:59:59", NEW_YORK, "2026-03-08"),
        ("2026-03-09T04:00:00", NEW_YORK, "2026-03-09"),
        ("2026-10-03T13:59:59", SYDNEY, "2026-10-03"),
        ("2026-10-04T12:59:59", SYDNEY, "2026-10-04"),
        ("2026-10-04T13:00:00", SYDNEY, "2026-10-05"),
        # Fall back: 1:30 comes twice, both times on the same day of 25 hours.
        ("2026-11-01T05:30:00", NEW_YORK, "2026-11-01"),
        ("2026-11-01T06:30:00", NEW_YORK, "2026-11-01"),
        ("2026-11-02T04:59:59", NEW_YORK, "2026-11-01"),
        ("2026-11-02T05:00:00", NEW_YORK, "2026-11-02"),
        ("2026-04-05T13:59:59", SYDNEY, "2026-04-05"),
        ("2026-04-05T14:00:00", SYDNEY, "2026-04-06"),
        # Leap day.
        ("2028-02-29T04:59:59", NEW_YORK, "2028-02-28"),
        ("2028-02-29T05:00:00", NEW_YORK, "2028-02-29"),
        ("2028-03-01T04:59:59", NEW_YORK, "2028-02-29"),
    ],
)
def test_money_belongs_to_the_practice_local_date(utc, time_zone, date):
    moment = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)

    assert business_date(moment, time_zone=time_zone) == dt.date.fromisoformat(date)


def in_the_database(moment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_business_date(%s)", [moment])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("time_zone", [NEW_YORK, SYDNEY, "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"])
@pytest.mark.parametrize("cut_off", [dt.time(0), dt.time(17), dt.time(23, 59, 30)])
def test_the_database_says_the_same_day(time_zone, cut_off):
    """payments/settle.sql asks practice_business_date(): every half hour of a year, and a second around the cut-off."""
    PracticeFactory(time_zone=time_zone, cut_off=cut_off)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    moments = [start + dt.timedelta(minutes=30 * n) for n in range(0, 2 * 24 * 365, 5)]
    evening = dt.datetime.combine(dt.date(2026, 3, 8), cut_off, tzinfo=ZoneInfo(time_zone))
    moments += [evening + dt.timedelta(seconds=seconds) for seconds in (-1, 0, 1)]

    for moment in moments:
        assert in_the_database(moment) == business_date(moment, time_zone=time_zone, cut_off=cut_off), moment


def test_a_cut_off_moves_the_evening_to_the_next_day():
    six = dt.time(18)
    before = dt.datetime(2026, 3, 2, 22, 59, 59, tzinfo=dt.UTC)
    after = dt.datetime(2026, 3, 2, 23, 0, 0, tzinfo=dt.UTC)

    assert business_date(before, time_zone=NEW_YORK, cut_off=six) == dt.date(2026, 3, 2)
    assert business_date(after, time_zone=NEW_YORK, cut_off=six) == dt.date(2026, 3, 3)


@pytest.mark.parametrize("zone", [NEW_YORK, SYDNEY, "Europe/Berlin", "America/St_Johns"])
def test_no_cut_off_that_is_allowed_takes_a_day_back(zone):
    """A year, ten minutes at a time, with the first and last allowed times around the night the clocks go back."""
    moments = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=10 * n) for n in range(6 * 24 * 365)]
    for cut_off in (dt.time(0, 59), dt.time(3, 1), dt.time(17)):
        validate_cut_off(cut_off)
        days = [business_date(moment, time_zone=zone, cut_off=cut_off) for moment in moments]
        assert days == sorted(days), cut_off


@pytest.mark.parametrize("cut_off", [dt.time(1), dt.time(1, 30), dt.time(2, 59), dt.time(3)])
def test_a_cut_off_that_comes_twice_in_a_night_is_refused(cut_off):
    with pytest.raises(ValidationError, match="before 1:00 or after 3:00"):
        validate_cut_off(cut_off)
