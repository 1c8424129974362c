"""What is wrong with staged rows beside each other and beside what is there: one statement a rule, over all rows."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from pops.core.imports.columns import Column, Plan, Rule, unknown
from pops.core.imports.staging import COLUMN_END, FAULT_END

# Of the sentences that are kept beside the run; all of them are in its report.
SHOWN = 50


# What rules may ask: today, and since when a reader who was asked may still confirm an address.
Facts = Mapping[str, dt.date]


@dataclass(frozen=True)
class Span:
    """Rows by their places, from the first through the last. A place is the line, unless rows were put together."""

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


def staged_relation(plan: Plan, *, table: str) -> str:
    """SQL: what others of the same file may name, rows that wait in the table before those that are there.

    A new row has no id yet, and is known by its line below zero: unlike all that are there, and unlike each other.
    """
    provides = plan.kind.provides
    assert provides
    key = f's."{plan.kind.key[0]}"'
    there = f"LEFT JOIN {provides.relation} r ON r.key = {key}"
    own = "CASE WHEN t.id IS NULL THEN -s.line::bigint ELSE r.id END"
    owner = own if plan.kind.owner == "t.id" else plan.kind.owner
    return (
        f"(SELECT {key} AS key, {own} AS id, {owner} AS guarantor_id FROM {table} s{joins(plan)} {there}"
        f" WHERE s.faults IS NULL UNION ALL SELECT r.key, r.id, r.guarantor_id FROM {provides.relation} r"
        f" WHERE NOT EXISTS (SELECT FROM {table} s WHERE {key} = r.key AND s.faults IS NULL))"
    )


def check_all(plan: Plan, *, table: str, facts: Facts) -> None:
    """Write beside each staged row what is wrong with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        _mark(cursor, table, _find_twice(plan, table), {})
        for column in plan.columns:
            if column.refers and not column.is_loose:
                _mark(cursor, table, _find_unknown(plan, table, column), {})
        for rule in plan.kind.rules:
            if _applies(plan, rule):
                _mark(cursor, table, _find_broken(plan, table, rule, Span()), facts)


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


def read_faults(*, tables: Sequence[str], limit: int | None = None) -> Iterator[tuple[int, int, str, str]]:
    """Line, which of the tables, the column's name and what is wrong, in the order of the file."""
    each = " UNION ALL ".join(
        f"SELECT line, {n}, faults FROM {table} WHERE faults IS NOT NULL" for n, table in enumerate(tables)
    )
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"{each} ORDER BY 1, 2 LIMIT %s", [limit])
        for line, which, faults in cursor:
            for fault in faults.split(FAULT_END):
                column, _, words = fault.partition(COLUMN_END)
                yield line, which, column, words


def read_notices(
    plan: Plan, *, table: str, facts: Facts, limit: int | None = SHOWN
) -> tuple[int, list[tuple[int, str, str]]]:
    """What is allowed in lines that are loaded, and worth a look: how many, and the first of them."""
    count, found = 0, list[tuple[int, str, str]]()
    with connection.cursor() as cursor:
        for rule in (*plan.kind.notices, *(unknown(column) for column in plan.columns if column.is_loose)):
            if not _applies(plan, rule):
                continue
            broken = f"{_find_broken(plan, table, rule, Span())} AND s.faults IS NULL"
            if rule.once:
                broken = f"SELECT min(line) AS line, fault FROM ({broken}) b GROUP BY fault"
            found_all = f"SELECT *, count(*) OVER () FROM ({broken}) b ORDER BY 1 LIMIT %(limit)s"
            cursor.execute(found_all, {**facts, "limit": limit})
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
        f" WHERE s.place BETWEEN {span.first} AND {span.last} AND {keys} AND ({rule.broken.format_map(fields)})"
    )


def _find_unknown(plan: Plan, table: str, column: Column) -> str:
    assert column.refers
    words = column.refers.words.replace("'", "''")
    return (
        f"SELECT s.line, '{column.name}' || E'\\t' || '{words}: ' || s.\"{column.name}\" AS fault"
        f" FROM {table} s LEFT JOIN {column.refers.relation} AS r ON r.key = {_cell(column)}"
        f' WHERE s."{column.name}" IS NOT NULL AND r.id IS NULL'
    )


def _find_twice(plan: Plan, table: str) -> str:
    keys = ", ".join(f'"{name}"' for name in plan.kind.key)
    first = " || ', first in line ' || d.first" if plan.is_of_file else ""
    return (
        f"SELECT s.line, '{plan.kind.key[-1]}' || E'\\t' ||"
        f" 'stands ' || d.times || ' times in this {plan.whole}'{first} AS fault FROM {table} s"
        f" JOIN (SELECT {keys}, count(*) AS times, min(line) AS first FROM {table} GROUP BY {keys}"
        " HAVING count(*) > 1) d"
        f" USING ({keys})"
    )


def _mark(cursor: Any, table: str, found: str, facts: Facts) -> int:
    cursor.execute(
        f"UPDATE {table} m SET faults = concat_ws(E'\\n', m.faults, b.fault) FROM ({found}) b WHERE b.line = m.line",
        facts,
    )
    return int(cursor.rowcount)
