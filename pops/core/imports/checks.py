"""What is wrong with staged rows beside each other and beside what is there: one statement a rule, over all rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from pops.core.imports.columns import Column, Plan, Rule
from pops.core.imports.staging import COLUMN_END, FAULT_END

# Of the sentences that are kept beside the run; all of them are in its report.
SHOWN = 50


@dataclass(frozen=True)
class Span:
    """Lines of a file, from the first through the last."""

    first: int = 0
    last: int = 2**31 - 1


def joins(plan: Plan) -> str:
    """SQL: beside the staged row `s` what its cells refer to, named as the column with _, and the row `t` there is."""
    found = "".join(
        f' LEFT JOIN {column.refers.relation} AS "{column.name}_" ON "{column.name}_".key = {_cell(column)}'
        for column in plan.columns
        if column.refers
    )
    kind = plan.kind
    key = " AND ".join(f"t.{kind.by_name[name].target} = {kind.by_name[name].source}" for name in kind.key)
    where = f" AND t.{kind.unique_where}" if kind.unique_where else ""
    return f"{found} LEFT JOIN {kind.table} t ON {key}{where}"


def _cell(column: Column) -> str:
    assert column.refers
    return f'lower(s."{column.name}")' if column.refers.by_name else f's."{column.name}"'


def becomes(plan: Plan) -> dict[str, str]:
    """SQL for what each column of the kind will be: the file's, what is there, or what new rows get."""
    there = {column.name: f"coalesce(t.{column.target}, {column.default})" for column in plan.kind.columns}
    return there | {column.name: column.source for column in plan.columns}


def check_all(plan: Plan, *, table: str, today: str) -> None:
    """Write beside each staged row what is wrong with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        _mark(cursor, table, _find_twice(plan, table), {})
        for column in plan.columns:
            if column.refers:
                _mark(cursor, table, _find_unknown(plan, table, column), {})
        for rule in plan.kind.rules:
            if _applies(plan, rule):
                _mark(cursor, table, _find_broken(plan, table, rule, Span()), {"today": today})


def check_guards(plan: Plan, *, table: str, span: Span) -> int:
    """Ask again what may have changed since, of rows that are held now; how many lines it newly found."""
    with connection.cursor() as cursor:
        return sum(
            _mark(cursor, table, _find_broken(plan, table, rule, span), {})
            for rule in plan.kind.rules
            if rule.is_guard and _applies(plan, rule)
        )


def count_bad(*, table: str) -> int:
    """How many lines something is wrong with."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE faults IS NOT NULL")
        return int(cursor.fetchone()[0])


def read_faults(*, table: str, limit: int | None = None) -> Iterator[tuple[int, str, str]]:
    """Line, the column's name and what is wrong, in the order of the file."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT line, faults FROM {table} WHERE faults IS NOT NULL ORDER BY line LIMIT %s", [limit])
        for line, faults in cursor:
            for fault in faults.split(FAULT_END):
                column, _, words = fault.partition(COLUMN_END)
                yield line, column, words


def read_notices(plan: Plan, *, table: str) -> tuple[int, list[tuple[int, str, str]]]:
    """What is allowed, and worth a look: how many, and the first of them."""
    count, found = 0, list[tuple[int, str, str]]()
    with connection.cursor() as cursor:
        for rule in (rule for rule in plan.kind.notices if _applies(plan, rule)):
            broken = _find_broken(plan, table, rule, Span())
            cursor.execute(f"SELECT *, count(*) OVER () FROM ({broken}) b ORDER BY 1 LIMIT {SHOWN}", {"today": None})
            rows = cursor.fetchall()
            count += rows[0][2] if rows else 0
            found += [(line, *fault.split(COLUMN_END)) for line, fault, _ in rows]
    return count, found


def _applies(plan: Plan, rule: Rule) -> bool:
    """A rule about a column that the file lacks can't be broken by it, unless new rows need the column."""
    return rule.column in plan.names or "{" in rule.broken


def _find_broken(plan: Plan, table: str, rule: Rule, span: Span) -> str:
    fields, keys = becomes(plan), " AND ".join(f's."{name}" IS NOT NULL' for name in plan.kind.key)
    return (
        f"SELECT s.line, '{rule.column}' || E'\\t' || {rule.words} AS fault FROM {table} s{joins(plan)}"
        f" WHERE s.line BETWEEN {span.first} AND {span.last} AND {keys} AND ({rule.broken.format_map(fields)})"
    )


def _find_unknown(plan: Plan, table: str, column: Column) -> str:
    assert column.refers
    words = column.refers.unknown.replace("'", "''")
    return (
        f"SELECT s.line, '{column.name}' || E'\\t' || '{words}: ' || s.\"{column.name}\" AS fault"
        f" FROM {table} s LEFT JOIN {column.refers.relation} AS r ON r.key = {_cell(column)}"
        f' WHERE s."{column.name}" IS NOT NULL AND r.id IS NULL'
    )


def _find_twice(plan: Plan, table: str) -> str:
    keys = ", ".join(f'"{name}"' for name in plan.kind.key)
    return (
        f"SELECT s.line, '{plan.kind.key[-1]}' || E'\\t' ||"
        f" 'stands ' || d.times || ' times in this file, first in line ' || d.first AS fault FROM {table} s"
        f" JOIN (SELECT {keys}, count(*) AS times, min(line) AS first FROM {table} GROUP BY {keys}"
        " HAVING count(*) > 1) d"
        f" USING ({keys})"
    )


def _mark(cursor: Any, table: str, found: str, facts: dict[str, str]) -> int:
    cursor.execute(
        f"UPDATE {table} m SET faults = concat_ws(E'\\n', m.faults, b.fault) FROM ({found}) b WHERE b.line = m.line",
        facts,
    )
    return int(cursor.rowcount)
