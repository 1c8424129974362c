"""Spans that people ask for by name: other days tomorrow, in the practice's days, with weeks from Sunday."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from payments.reports.filters.base import Asking, Odd
from payments.reports.filters.dates import Dates
from payments.reports.spans import list_presets

DATES = Dates(name="span", label="Post date")
# A Monday, and the last day of a month.
MONDAY = dt.date(2026, 11, 30)


def read(given, today=MONDAY):
    return DATES.read(given, Asking(AnonymousUser(), today))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-30", "2026-11-30"),
        ("yesterday", "2026-11-29", "2026-11-29"),
        ("this_week", "2026-11-29", "2026-11-30"),
        ("last_week", "2026-11-22", "2026-11-28"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-11-30"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("year_to_date", "2026-01-01", "2026-11-30"),
    ],
)
def test_a_name_is_days(name, first, last):
    span = read({"span": name})

    assert (f"{span.first}", f"{span.last}") == (first, last)
    assert DATES.write(span) == {"span": name}


@pytest.mark.parametrize(
    ("today", "name", "first", "last"),
    [
        (dt.date(2027, 1, 1), "last_quarter", "2026-10-01", "2026-12-31"),
        (dt.date(2027, 1, 1), "last_month", "2026-12-01", "2026-12-31"),
        (dt.date(2026, 3, 31), "last_month", "2026-02-01", "2026-02-28"),
        (dt.date(2026, 3, 1), "this_week", "2026-03-01", "2026-03-01"),
        (dt.date(2026, 2, 28), "this_week", "2026-02-22", "2026-02-28"),
    ],
)
def test_at_the_turn_of_a_year_a_month_and_a_week(today, name, first, last):
    span = read({"span": name}, today)

    assert (f"{span.first}", f"{span.last}") == (first, last)


def test_it_is_said_with_its_days():
    assert DATES.say(read({"span": "last_month"})) == (
        "Post date: last month, October 1, 2026 through October 31, 2026."
    )
    assert DATES.say(read({})) == "Post date: this month, November 1, 2026 through November 30, 2026."


def test_days_go_before_a_name():
    span = read({"span": "today", "from": "2026-03-01", "to": "2026-03-02"})

    assert DATES.write(span) == {"from": "2026-03-01", "to": "2026-03-02"}
    assert DATES.say(span) == "Post date: March 1, 2026 through March 2, 2026."


def test_a_name_that_nothing_has_is_refused_in_words():
    with pytest.raises(Odd, match="There is no span “fortnight”"):
        read({"span": "fortnight"})


def test_a_page_offers_them_with_their_days():
    asking = Asking(AnonymousUser(), MONDAY)
    control = DATES.control({"span": "yesterday"}, asking, "")

    assert [option.value for option in control.options] == [span.name for span in list_presets(MONDAY)]
    assert control.options[1].label == "Yesterday: November 29, 2026"
    assert [option.value for option in control.options if option.is_chosen] == ["yesterday"]
    assert control.text == {"from": "2026-11-29", "to": "2026-11-29"}
    assert not any(option.is_chosen for option in DATES.control({"from": "2026-03-01"}, asking, "").options)


def test_a_link_says_its_days_in_few_words():
    words = {span.name: span.brief for span in list_presets(dt.date(2027, 1, 2))}

    assert words["today"] == "January 2, 2027"
    assert words["last_month"] == "December 1 to 31, 2026"
    assert words["last_quarter"] == "October 1 to December 31, 2026"
    assert words["last_week"] == "December 20 to 26, 2026"
    assert words["this_week"] == "December 27, 2026 to January 2, 2027"
