"""Staged rows into their table, some thousand at a time, each time with their guarantors held."""

from dataclasses import dataclass

from django.db import connection, transaction

from pops.core.imports.checks import Span, becomes, check_guards, joins
from pops.core.imports.columns import Plan
from pops.core.locks import hold_guarantors

# Lines of a step. A payment of one of their guarantors waits for it, at most.
STEP = 5_000
# A step looks its rows up one by one. The planner, who knows the table as it was before it grew, would read all of it.
BY_INDEX = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"


@dataclass(frozen=True)
class Loaded:
    """What became of the lines of a step."""

    new: int
    changed: int
    unchanged: int
    skipped: int


class ChangedMeanwhile(Exception):
    """Between the check and the loading, something came that forbids a line."""


def load_step(plan: Plan, *, table: str, span: Span, skip_bad: bool) -> Loaded:
    """Load the lines of a span in one transaction. Raises ChangedMeanwhile unless bad lines are skipped.

    Guarantors are held in the order of their ids before anything is written, and rows are written in the order of
    their keys: imports, payments and the desk never wait for each other in a circle.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BY_INDEX)
        cursor.execute(_find_owners(plan, table, span))
        hold_guarantors([row[0] for row in cursor.fetchall()])
        if check_guards(plan, table=table, span=span) and not skip_bad:
            raise ChangedMeanwhile
        cursor.execute(_upsert(plan, table, span))
        new, written = cursor.fetchone()
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE faults IS NULL), count(faults) FROM {table}"
            f" WHERE line BETWEEN {span.first} AND {span.last}"
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
        f" FROM {table} s{joins(plan)} WHERE s.line BETWEEN {span.first} AND {span.last} AND s.faults IS NULL"
        f" AND (t.id IS NULL OR ({there}) IS DISTINCT FROM ({wanted}))"
    )


def _find_owners(plan: Plan, table: str, span: Span) -> str:
    """The guarantors whose rows are about to be written, and those who lose one to another."""
    return (
        f"SELECT DISTINCT owner FROM (SELECT unnest(ARRAY[{plan.kind.owner}, {plan.kind.owned}]) AS owner"
        f"{_differing(plan, table, span)}) o WHERE owner IS NOT NULL"
    )


def _upsert(plan: Plan, table: str, span: Span) -> str:
    kind, keys = plan.kind, [plan.kind.by_name[name].target for name in plan.kind.key]
    lacking = [column for column in kind.columns if column.name not in plan.names and column.default != "NULL"]
    targets = ", ".join(column.target for column in [*plan.columns, *lacking])
    values = ", ".join(
        [*(column.source for column in plan.columns), *(becomes(plan)[column.name] for column in lacking)]
    )
    sets = ", ".join(f"{one.target} = excluded.{one.target}" for one in plan.columns if one.target not in keys)
    where = f" WHERE {kind.unique_where}" if kind.unique_where else ""
    order = ", ".join(kind.by_name[name].source for name in kind.key)
    return (
        f"WITH written AS (INSERT INTO {kind.table} ({targets}) SELECT {values}{_differing(plan, table, span)}"
        f" ORDER BY {order} ON CONFLICT ({', '.join(keys)}){where} DO UPDATE SET {sets} RETURNING xmax = 0 AS is_new)"
        " SELECT count(*) FILTER (WHERE is_new), count(*) FROM written"
    )
