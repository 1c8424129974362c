"""What a report or a list gives to its outputs: a question in words, columns, and rows of plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


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


@dataclass(frozen=True)
class Table:
    """Rows under columns, and `said`: the question that they answer, a sentence each.

    Rows are sequences of Python values in the order of the columns, cents as int. They may come from the database
    while they are written, so they are walked through once.
    """

    title: str
    said: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
