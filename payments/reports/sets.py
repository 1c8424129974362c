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


class _Which(_Beside):
    """Which of the sets a row is of: a bit for each key that it is not by, the first key's the highest."""

    template = "GROUPING(%(expressions)s)"
    output_field = IntegerField()


class _Sets(Func):
    template = "GROUPING SETS ((), %(expressions)s)"
    output_field = IntegerField()


def sum_by_each(rows: QuerySet[Any], keys: Sequence[Any], sums: Mapping[str, Any]) -> Sums:
    """Sum rows up as a whole and by each key, an expression. `sums` are aggregates, by name."""
    if not keys:
        return Sums(rows.aggregate(**sums), [])
    names = [f"set_{place}" for place in range(len(keys))]
    selected = {name: _Beside(key) for name, key in zip(names, keys, strict=True)}
    grouped = rows.order_by().values(**selected, set_of=_Which(*keys)).annotate(**sums)
    grouped.query.group_by = (_Sets(*keys).resolve_expression(grouped.query),)
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in grouped:
        found.setdefault(row["set_of"], []).append(row)
    of_all = 2 ** len(keys) - 1
    by = [
        {row[name]: row for row in found.get(of_all - 2 ** (len(keys) - 1 - place), [])}
        for place, name in enumerate(names)
    ]
    return Sums(found[of_all][0], by)
