"""Spans of days that people ask for by name, in the practice's days."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pops.core.words import day

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both of them in it, and what they are called."""

    name: str
    label: str
    first: dt.date
    last: dt.date

    @property
    def dates(self) -> str:
        """November 30, 2026, or November 1 to 30, 2026: as a person names them."""
        return span_words(self.first, self.last)


def span_words(first: dt.date, last: dt.date) -> str:
    """Two dates as one says them, with what they share said once."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B} {first.day} to {last.day}, {last.year}"
    begin = f"{first:%B} {first.day}" if first.year == last.year else day(first)
    return f"{begin} to {day(last)}"


def find_presets(today: dt.date) -> list[Span]:
    """What people ask for most, as of a practice-local day. Weeks begin on Sunday; what goes on ends today."""
    week = today - DAY * ((today.weekday() + 1) % 7)
    month, quarter = today.replace(day=1), today.replace(month=today.month - (today.month - 1) % 3, day=1)
    last_month, last_quarter = (month - DAY).replace(day=1), _months_before(quarter, 3)
    return [
        Span("today", "Today", today, today),
        Span("yesterday", "Yesterday", today - DAY, today - DAY),
        Span("this_week", "This week", week, today),
        Span("last_week", "Last week", week - 7 * DAY, week - DAY),
        Span("this_month", "This month", month, today),
        Span("last_month", "Last month", last_month, month - DAY),
        Span("this_quarter", "This quarter", quarter, today),
        Span("last_quarter", "Last quarter", last_quarter, quarter - DAY),
        Span("year_to_date", "Year to date", today.replace(month=1, day=1), today),
        Span("last_year", "Last year", dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)),
    ]


def find_preset(name: str, today: dt.date) -> Span | None:
    """The span of a name, as of a day; None where nothing is called so."""
    return next((span for span in find_presets(today) if span.name == name), None)


def list_days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Each day from one to another."""
    for n in range((last - first).days + 1):
        yield first + n * DAY


def _months_before(date: dt.date, months: int) -> dt.date:
    years, month = divmod(date.month - 1 - months, 12)
    last = calendar.monthrange(date.year + years, month + 1)[1]
    return dt.date(date.year + years, month + 1, min(date.day, last))
