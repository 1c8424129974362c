"""Staged rows into their table, with the guarantors of what changes held: a file's some thousand at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connection, transaction

from pops.core.imports.addresses import Ask
from pops.core.imports.checks import Span, becomes, check_guards, joins
from pops.core.imports.columns import Plan
from pops.core.locks import hold_each

# Lines of a step. A payment of one of their guarantors waits for it, at most.
STEP = 5_000
# A step looks its rows up one by one. The planner, who knows the table as it was before it grew, would read all of it.
# And a step that a crash of the server takes back is no loss: the end of the import, which is none of them, waits for
# the disk, and all that was written before it is there by then.
SETTINGS = """
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL synchronous_commit = off
"""


@dataclass(frozen=True)
class Loaded:
    """What became of the lines of a step."""

    new: int
    changed: int
    unchanged: int
    skipped: int


@dataclass(frozen=True)
class Differing:
    """Lines that are new or other than what is there, the rows that they change, and the guarantors of those."""

    lines: list[int]
    rows: list[int]
    owners: set[int]


class ChangedMeanwhile(Exception):
    """Between the check and the loading, something came that forbids a line."""


def load_step(plan: Plan, *, table: str, span: Span, skip_bad: bool, ask: Ask) -> Loaded:
    """Load the lines of a span in one transaction. Raises ChangedMeanwhile unless bad lines are skipped.

    Guarantors of what changes are held in the order of their ids before anything is written, then the rows, as payments
    hold service lines; new rows are written in the order of their keys. So nobody waits in a circle. `ask` gets the
    addresses that wait for their readers.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        found = read_differing(cursor, plan, table, span)
        hold_each(guarantors=found.owners | find_asked(cursor, plan, table, span).keys())
        hold_rows(cursor, plan, found.rows)
        if check_guards(plan, table=table, span=span) and not skip_bad:
            raise ChangedMeanwhile
        new, written = _write(cursor, _upsert(plan, table, span), found.lines)
        if asked := find_asked(cursor, plan, table, span):
            ask(asked)
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE faults IS NULL), count(faults) FROM {table}"
            f" WHERE place BETWEEN {span.first} AND {span.last}"
        )
        good, bad = cursor.fetchone()
    return Loaded(new=new, changed=written - new, unchanged=good - written, skipped=bad)


def refresh_plans(plan: Plan) -> None:
    """Have the database look at a table that has grown: payments, and the next import, are planned by what it knows."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {plan.kind.table}")


def _differing(plan: Plan, table: str, span: Span) -> str:
    """SQL from FROM on: the good rows of the span that are new, or other than what is there."""
    there = ", ".join(f"t.{column.target}" for column in plan.columns)
    wanted = ", ".join(column.source for column in plan.columns)
    return (
        f" FROM {table} s{joins(plan)} WHERE s.place BETWEEN {span.first} AND {span.last} AND s.faults IS NULL"
        f" AND (t.id IS NULL OR ({there}) IS DISTINCT FROM ({wanted}))"
    )


def read_differing(cursor: Any, plan: Plan, table: str, span: Span, *, new_too: bool = False) -> Differing:
    """The lines that are about to be written; of those that change a row: its id, whose it will be, whose it is.

    What is new changes nothing that a payment has read: whose it will be is told where that is asked.
    """
    owner = plan.kind.owner if new_too else f"CASE WHEN t.id IS NOT NULL THEN {plan.kind.owner} END"
    owned = f"CASE WHEN t.id IS NOT NULL THEN {plan.kind.owned} END"
    cursor.execute(f"SELECT s.line, t.id, {owner}, {owned}{_differing(plan, table, span)}")
    lines, rows, *owners = zip(*cursor.fetchall(), strict=True) if cursor.rowcount else ((), (), ())
    return Differing(list(lines), list(filter(None, rows)), set(filter(None, chain(*owners))))


def find_asked(cursor: Any, plan: Plan, table: str, span: Span) -> dict[int, str]:
    """New addresses that their readers are to confirm, by the guarantors' ids. Asked again once those are held."""
    if not plan.kind.asks or "email" not in plan.names:
        return {}
    cursor.execute(
        f"SELECT t.id, s.email FROM {table} s{joins(plan)} WHERE s.place BETWEEN {span.first} AND {span.last}"
        f" AND s.faults IS NULL AND {plan.kind.asks}"
    )
    return dict(cursor.fetchall())


def hold_rows(cursor: Any, plan: Plan, rows: Sequence[int]) -> None:
    """A receipt of another guarantor, whose patient this was, may move money on the same lines."""
    cursor.execute(
        f"SELECT count(*) FROM (SELECT FROM {plan.kind.table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE) held",
        [list(rows)],
    )


def _write(cursor: Any, upsert: str, lines: Sequence[int]) -> tuple[int, int]:
    """How many of the lines were new, and how many were written."""
    if not lines:
        return 0, 0
    cursor.execute(upsert, {"lines": list(lines)})
    new, written = cursor.fetchone()
    return new, written


def write_each(cursor: Any, plan: Plan, table: str, lines: Sequence[int]) -> dict[int, bool]:
    """Write these lines, as far as nothing is wrong with them: those that were written, and whether each is new.

    Which line a written row is of, its key tells. Asked in the same statement, the database would look up what each
    line names once for each row that was written.
    """
    keys = ", ".join(plan.kind.by_name[name].source for name in plan.kind.key)
    cursor.execute(f"SELECT {keys}, s.line FROM {table} s{joins(plan)} WHERE s.faults IS NULL")
    line_of = {tuple(key): line for *key, line in cursor.fetchall()}
    cursor.execute(_upsert(plan, table, Span(), told=True), {"lines": list(lines)})
    return {line_of[tuple(key)]: is_new for *key, is_new in cursor.fetchall()}


def _upsert(plan: Plan, table: str, span: Span, *, told: bool = False) -> str:
    kind, keys = plan.kind, [plan.kind.by_name[name].target for name in plan.kind.key]
    lacking = [column for column in kind.columns if column.name not in plan.names and column.default != "NULL"]
    targets = ", ".join(column.target for column in [*plan.columns, *lacking])
    values = ", ".join(
        [*(column.source for column in plan.columns), *(becomes(plan)[column.name] for column in lacking)]
    )
    sets = ", ".join(f"{one.target} = excluded.{one.target}" for one in plan.columns if one.target not in keys)
    where = f" WHERE {kind.unique_where}" if kind.unique_where else ""
    order = ", ".join(kind.by_name[name].source for name in kind.key)
    told_of = "*" if told else "count(*) FILTER (WHERE is_new), count(*)"
    returned = f"{', '.join(keys)}, " if told else ""
    return (
        f"WITH written AS (INSERT INTO {kind.table} ({targets}) SELECT {values}{_differing(plan, table, span)}"
        " AND s.line = ANY(%(lines)s)"
        f" ORDER BY {order} ON CONFLICT ({', '.join(keys)}){where} DO UPDATE SET {sets}"
        f" RETURNING {returned}xmax = 0 AS is_new) SELECT {told_of} FROM written"
    )
