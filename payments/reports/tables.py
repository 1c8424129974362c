"""What a report or a list gives to its outputs: a question in words, columns, and rows of plain values."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pops.core.money import format_cents
from pops.core.words import at, day

# Above so many columns the letters are smaller, on paper and on screen.
MANY_COLUMNS = 13
# The column of a Service ID, which has a hyphen in it and stands on one line.
SERVICE = "service"


class Kind(Enum):
    """What the values of a column are; each output knows how to show it. None is an empty cell of any kind."""

    TEXT = "text"
    NUMBER = "number"  # int
    CENTS = "cents"  # int
    DATE = "date"  # datetime.date, the practice's
    MOMENT = "moment"  # aware datetime.datetime, shown on the practice's clock


@dataclass(frozen=True)
class Column:
    """A column: its name in addresses and code, its heading, and what its values are."""

    name: str
    label: str
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        """Set as a number is."""
        return self.kind in (Kind.NUMBER, Kind.CENTS)


@dataclass(frozen=True)
class Table:
    """Rows under columns, and `said`: the question that they answer, a sentence each.

    Rows are sequences of Python values in the order of the columns, cents as int. They may come from the database
    while they are written, so they are walked through once. `above` gives the tables that stand above them where there
    is room, as on paper. `stored` are the same rows for an output that has the database write them, `made_at` when they
    were asked for.
    """

    title: str
    said: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    above: Callable[[], Sequence["Table"]] = tuple
    stored: Any = None
    made_at: dt.datetime | None = None

    def say_made(self, zone: str) -> str:
        """When it was made, on the practice's clock."""
        return f"Made on {at(self.made_at, zone)}." if self.made_at else ""


def say_value(value: Any, kind: Kind, zone: str) -> str:
    """A value as a person reads it; nothing for None."""
    if value is None:
        return ""
    if kind is Kind.MOMENT:
        return at(value, zone)
    if kind is Kind.CENTS:
        return format_cents(value)
    return day(value) if isinstance(value, dt.date) else str(value)
