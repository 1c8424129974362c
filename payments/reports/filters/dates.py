"""The span of dates that a report covers, in the practice's days."""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from payments.reports.filters.base import Asking, Control, Filter, Odd, Option, quoted
from payments.reports.spans import Span, find_preset, list_presets
from pops.core.words import day

LONGEST_YEARS = 3
USUAL = "this_month"
# What lies beyond is a slip of the hand, and the calendar ends there: no day comes before the first or after the last.
EARLIEST, LATEST = 1900, 2199
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, kw_only=True)
class Dates(Filter):
    """A span, always there: this month so far, where an address names none.

    By its days, or by a name (span=last_month), which means other days next month. Days go before a name.
    """

    @property
    def names(self) -> tuple[str, ...]:
        return ("from", "to", "span")

    def read(self, given: Mapping[str, str], asking: Asking) -> Span:
        first, last, name = (given.get(name, "").strip() for name in self.names)
        if not first and not last:
            return _named(name or USUAL, asking.today)
        if not first or not last:
            raise Odd("Say both the first and the last day of the span.")
        return _checked(Span(_date(first), _date(last)))

    def say(self, value: Any) -> str:
        named = f"{value.label[:1].lower()}{value.label[1:]}, " if value.label else ""
        return f"{self.label}: {named}{value.words}."

    def write(self, value: Any) -> dict[str, str]:
        return {"span": value.name} if value.name else self.days_of(value)

    def days_of(self, value: Span) -> dict[str, str]:
        """The part of an address that names its days."""
        return {"from": value.first.isoformat(), "to": value.last.isoformat()}

    def narrow(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(**{f"{self.lookup}__range": (value.first, value.last)}) if self.lookup else rows

    def control(self, given: Mapping[str, str], asking: Asking, wrong: str) -> Control:
        text = {name: given.get(name, "") for name in ("from", "to")}
        if not any(text.values()):
            chosen = find_preset(given.get("span", "").strip() or USUAL, asking.today)
            text = self.days_of(chosen) if chosen else text
        named = "" if given.get("from") or given.get("to") else given.get("span", "").strip() or USUAL
        options = [
            Option(span.name, f"{span.label}: {span.words}", span.name == named) for span in list_presets(asking.today)
        ]
        return Control("dates", self.name, self.label, self.help, options, text=text, wrong=wrong)


def _named(name: str, today: dt.date) -> Span:
    span = find_preset(name, today)
    if span is None:
        raise Odd(f"There is no span “{quoted(name)}”. Choose one of the list, or two days.")
    return span


def _date(text: str) -> dt.date:
    match = ISO.fullmatch(text)
    if match is None or not text.isascii():
        raise Odd(f"“{quoted(text)}” is no date. Write it as 2026-03-31.")
    year, month, of_month = map(int, match.groups())
    if not 1 <= month <= 12:
        raise Odd(f"“{quoted(text)}” is no date: there is no month {month}.")
    if not year or not 1 <= of_month <= (days := calendar.monthrange(year, month)[1]):
        name = calendar.month_name[month]
        raise Odd(f"There is no {name} {of_month}, {year}" + (f": {name} has {days} days." if year else "."))
    if not EARLIEST <= year <= LATEST:
        raise Odd(f"“{quoted(text)}” is too far away. Write a year from {EARLIEST} to {LATEST}.")
    return dt.date(year, month, of_month)


def _checked(span: Span) -> Span:
    if span.last < span.first:
        raise Odd(f"The span ends before it begins: {day(span.first)} is after {day(span.last)}. Turn them round.")
    if span.days > 366 * LONGEST_YEARS:
        raise Odd(
            f"That is {span.days:,} days. A report covers at most {LONGEST_YEARS} years: choose a shorter span, and"
            " ask again for the rest."
        )
    return span
