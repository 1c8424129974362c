"""The detail of a report: its columns, its order, a page of it, or all of it streamed in flat memory."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db.models import F, Q, QuerySet

from payments.reports.filters.base import Odd
from payments.reports.question import Question
from payments.reports.tables import Kind

PAGE = 50
# Rows that are fetched at once while all are streamed.
CHUNK = 2_000
# So many different values of a column are remembered with what is said of them.
REMEMBERED = 50_000


@dataclass(frozen=True)
class Field:
    """A column of the detail: `value` is the rows' own name or expression, `say` makes of it what is shown.

    `known` are the values that `say` is mostly asked about; with them the database can say it.
    """

    name: str
    label: str
    value: Any
    kind: Kind = Kind.TEXT
    say: Callable[[Any], Any] | None = None
    known: Sequence[str] = ()


@dataclass(frozen=True)
class Stored:
    """All rows of the detail as the database has them, in their order, where no code of ours comes between.

    `note` is told of rows as they go by.
    """

    rows: QuerySet[Any]
    fields: Sequence[Field]
    note: Callable[[int], None] = lambda rows: None

    def query(self) -> tuple[str, Any] | None:
        """The statement and its parameters: a column a field. None where Django sees that it can find nothing."""
        try:
            statement: tuple[str, Any] = _values(self.rows, self.fields).query.sql_with_params()
        except EmptyResultSet:
            return None
        return statement


@dataclass(frozen=True)
class Sort:
    """An order that can be chosen. Its columns are never empty."""

    name: str
    label: str
    by: Sequence[str]
    descends: bool = False

    @property
    def default(self) -> str:
        """As an address says it."""
        return f"-{self.name}" if self.descends else self.name


@dataclass(frozen=True)
class Page:
    """Some rows, and what the next page comes after; empty on the last one."""

    rows: list[tuple[Any, ...]]
    next: str


@dataclass(frozen=True)
class Order:
    """The columns that rows are ordered by, all in one direction; the last ones make it whole."""

    columns: Sequence[str]
    descending: bool
    together: str = ""

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in this order."""
        return rows.order_by(*(F(name).desc() if self.descending else F(name).asc() for name in self.columns))

    def after(self, rows: QuerySet[Any], last: Sequence[Any]) -> QuerySet[Any]:
        """The rows behind the last one of the page before."""
        beyond, same = Q(), dict[str, Any]()
        for name, value in zip(self.columns, last, strict=True):
            beyond |= Q(**same, **{f"{name}__{'lt' if self.descending else 'gt'}": value})
            same[name] = value
        return rows.filter(beyond)


def order_of(sorts: Sequence[Sort], unique: Sequence[str], question: Question, *, together: str = "") -> Order:
    """The order that a question asks for. Rows that have `together` alike are on one page."""
    sort = next(row for row in sorts if row.name == question.sort)
    return Order(list(dict.fromkeys([*sort.by, *unique])), question.descending, together)


def take(
    rows: QuerySet[Any], fields: Sequence[Field], order: Order, after: str, *, size: int | None = None
) -> tuple[list[tuple[Any, ...]], str]:
    """A page of rows, and what the next comes after. Raises Odd."""
    size = size or PAGE
    if after:
        rows = order.after(rows, _read_place(after, order))
    count = len(fields)
    values = [row.value for row in fields]
    found = list(order.apply(rows).values_list(*values, *map(F, order.columns))[: size + 1])
    end = _page_end([row[count:] for row in found], order, size)
    following = _write_place(found[end - 1][count:], order) if len(found) > size else ""
    return list(_say((row[:count] for row in found[:end]), fields)), following


def _page_end(places: Sequence[tuple[Any, ...]], order: Order, size: int) -> int:
    """How many rows the page has: what stays together is all on the next one, where it doesn't fit."""
    if len(places) <= size or not order.together:
        return min(len(places), size)
    at = order.columns.index(order.together)
    return next((end for end in range(size, 0, -1) if places[end - 1][at] != places[end][at]), size)


def store(rows: QuerySet[Any], fields: Sequence[Field], order: Order) -> Stored | None:
    """All rows for the database to write; None where only we can say what one of them is."""
    can_say = all(field.say is None or field.known for field in fields)
    return Stored(order.apply(rows), fields) if can_say else None


def stream(rows: QuerySet[Any], fields: Sequence[Field], order: Order) -> Iterator[tuple[Any, ...]]:
    """All rows, by a cursor of the database."""
    return _say(_values(order.apply(rows), fields).iterator(chunk_size=CHUNK), fields)


def _values(rows: QuerySet[Any], fields: Sequence[Field]) -> Any:
    return rows.values_list(*(field.value for field in fields))


def _say(rows: Iterator[tuple[Any, ...]], fields: Sequence[Field]) -> Iterator[tuple[Any, ...]]:
    says = [(at, row.say) for at, row in enumerate(fields) if row.say is not None]
    if not says:
        return rows
    return _said(rows, says)


def _said(rows: Iterator[tuple[Any, ...]], says: list[tuple[int, Callable[[Any], Any]]]) -> Iterator[tuple[Any, ...]]:
    """Column by column, some rows at once, each value once: many times faster than cell by cell."""
    known: dict[int, dict[Any, Any]] = {at: {} for at, _ in says}
    while chunk := list(islice(rows, CHUNK)):
        columns: list[Any] = list(zip(*chunk, strict=True))
        for at, say in says:
            words = known[at] if len(known[at]) < REMEMBERED else {}
            known[at] = words
            words.update((value, say(value)) for value in set(columns[at]).difference(words))
            columns[at] = [words[value] for value in columns[at]]
        yield from zip(*columns, strict=True)


def _write_place(values: Sequence[Any], order: Order) -> str:
    """Signed, as it comes back from the browser into a query."""
    return signing.dumps([list(order.columns), json.dumps(values, default=str)], salt="report")


def _read_place(text: str, order: Order) -> list[Any]:
    try:
        columns, values = signing.loads(text, salt="report")
    except signing.BadSignature as error:
        raise Odd("This page of the list is not there. Begin at its first page.") from error
    if columns != list(order.columns):
        raise Odd("The list is in another order now. Begin at its first page.")
    place: list[Any] = json.loads(values)
    return place
