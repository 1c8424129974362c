"""Spans of days, and those that people ask for by name, in the practice's days. Weeks begin on Sunday."""

import datetime as dt
from dataclasses import dataclass

from pops.core.words import day

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From a day through another, both in it. One that has a name is another one tomorrow."""

    first: dt.date
    last: dt.date
    name: str = ""
    label: str = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """November 30, 2026, or November 1, 2026 through November 30, 2026."""
        return day(self.first) + (f" through {day(self.last)}" if self.last != self.first else "")

    @property
    def brief(self) -> str:
        """October 1 to 31, 2026: what both days share is said once."""
        first, last = self.first, self.last
        if first == last:
            return day(first)
        begin = f"{first:%B} {first.day}" if first.year == last.year else day(first)
        is_month = (first.year, first.month) == (last.year, last.month)
        return f"{begin} to {last.day}, {last.year}" if is_month else f"{begin} to {day(last)}"


def list_presets(today: dt.date) -> list[Span]:
    """What people ask for most, as of a practice-local day. What goes on ends today."""
    week, month = begin_of_week(today), today.replace(day=1)
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    last_month = (month - DAY).replace(day=1)
    last_quarter = quarter.replace(month=(quarter.month - 4) % 12 + 1, year=quarter.year - (quarter.month < 4))
    return [
        Span(today, today, "today", "Today"),
        Span(today - DAY, today - DAY, "yesterday", "Yesterday"),
        Span(week, today, "this_week", "This week"),
        Span(week - 7 * DAY, week - DAY, "last_week", "Last week"),
        Span(month, today, "this_month", "This month"),
        Span(last_month, month - DAY, "last_month", "Last month"),
        Span(quarter, today, "this_quarter", "This quarter"),
        Span(last_quarter, quarter - DAY, "last_quarter", "Last quarter"),
        Span(today.replace(month=1, day=1), today, "year_to_date", "Year to date"),
    ]


def find_preset(name: str, today: dt.date) -> Span | None:
    """The span of a name, as of a day; None where nothing is called so."""
    return next((span for span in list_presets(today) if span.name == name), None)


def begin_of_week(date: dt.date) -> dt.date:
    """The Sunday on or before a day."""
    return date - DAY * ((date.weekday() + 1) % 7)
