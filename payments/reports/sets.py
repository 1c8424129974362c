"""Rows summed as a whole and by several keys, in one statement: they are read once, however many charts a page has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Func, IntegerField, QuerySet


@dataclass(frozen=True)
class Sums:
    """What all rows come to, and what those of each value of each key do, keys in their order."""

    whole: Mapping[str, Any]
    by: Sequence[Mapping[Any, Mapping[str, Any]]]


class _Beside(Func):
    """What Django shall not group by for being selected: the sets say it, once for all."""

    template = "%(expressions)s"

    def get_group_by_cols(self) -> list[Any]:
        return []

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Those of what it stands for: a month is a date, where the database gives a moment."""
        converters: list[Any] = self.source_expressions[0].get_db_converters(connection)
        return converters


class _Which(_Beside):
    """Which of the sets a row is of: a bit for each key that it is not by, the first key's the highest."""

    template = "GROUPING(%(expressions)s)"
    output_field = IntegerField()


class _Sets(Func):
    template = "GROUPING SETS ((), %(expressions)s)"
    output_field = IntegerField()


def sum_by_each(rows: QuerySet[Any], keys: Sequence[Any], sums: Mapping[str, Any]) -> Sums:
    """Sum rows up as a whole and by each key, an expression. `sums` are aggregates, by name.

    How many different ones there are is asked of the whole alone, apart: it is found by sorting, for each set anew.
    """
    if not keys:
        return Sums(rows.aggregate(**sums), [])
    different = {name: one for name, one in sums.items() if getattr(one, "distinct", False)}
    found = _sum_sets(rows, keys, {name: one for name, one in sums.items() if name not in different})
    of_all = 2 ** len(keys) - 1
    by = [
        {row[_name(place)]: row for row in found.get(of_all - 2 ** (len(keys) - 1 - place), [])}
        for place in range(len(keys))
    ]
    # Where Django sees that nothing can be found it asks nothing, and there is no row of the whole either.
    whole = next(iter(found.get(of_all, [])), dict.fromkeys(sums))
    return Sums({**whole, **(rows.aggregate(**different) if different else {})}, by)


def _sum_sets(
    rows: QuerySet[Any], keys: Sequence[Any], sums: Mapping[str, Any]
) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """The rows of each set, by what _Which says of it."""
    selected = {_name(place): _Beside(key) for place, key in enumerate(keys)}
    grouped = rows.order_by().values(**selected, set_of=_Which(*keys)).annotate(**sums)
    grouped.query.group_by = (_Sets(*keys).resolve_expression(grouped.query),)
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in grouped:
        found.setdefault(row["set_of"], []).append(row)
    return found


def _name(place: int) -> str:
    return f"set_{place}"
