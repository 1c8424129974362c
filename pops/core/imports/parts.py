"""What a file holds: rows of one kind, or of several that point at each other. Each kind is a part of its import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pops.core.imports import staging
from pops.core.imports.checks import staged_relation
from pops.core.imports.columns import Plan, Reference, find_kind, make_plan, propose
from pops.core.imports.kinds import KINDS
from pops.core.imports.readers.faults import Unreadable
from pops.core.imports.readers.mixed import Mixed, find_mixed
from pops.core.imports.readers.rows import Table, first_line, read_table
from pops.core.imports.readers.text import inspect


@dataclass(frozen=True)
class Look:
    """A file that was looked at: how it is written, what it holds, and its columns by their headings."""

    kind: str
    said: str
    lines: int
    headings: list[str]
    columns: dict[str, str]
    source: Table | Mixed


@dataclass(frozen=True)
class Part:
    """The rows of one kind on their way: how they are read, where they come from, the table that they wait in."""

    plan: Plan
    found: Table
    table: str


def look_at(path: Path, *, kind: str = "") -> Look:
    """What a file holds, unless it says so itself as `kind` has it. Raises Unreadable."""
    text = inspect(path)
    if mixed := find_mixed(text, first_line(text)):
        return Look(mixed.name, mixed.said, text.lines, [], {}, mixed)
    found = read_table(text)
    chosen = KINDS[kind] if kind in KINDS else find_kind(KINDS, found.headings)
    if chosen is None:
        raise Unreadable(
            f"The columns {', '.join(found.headings)[:200]} don't say what this file holds. Choose what it is: "
            f"{', '.join(KINDS)}."
        )
    return Look(chosen.name, found.said, found.lines, found.headings, propose(chosen, found.headings), found)


def make_parts(look: Look, columns: Mapping[str, str], *, run_id: int) -> list[Part]:
    """The file's parts in the order in which they are loaded. Raises Unreadable when columns don't fit."""
    if isinstance(look.source, Table):
        plan = make_plan(KINDS[look.kind], look.headings, columns or look.columns)
        return [Part(plan, look.source, staging.staging_table(run_id))]
    return [
        Part(_keeping(make_plan(KINDS[name], found.headings, chosen)), found, staging.staging_table(run_id, name))
        for name, (found, chosen) in look.source.tables().items()
    ]


def _keeping(plan: Plan) -> Plan:
    """What a resource or a message doesn't say stays as it is."""
    return replace(plan, places=[(at, one if one.required else one.kept) for at, one in plan.places])


def check_plans(parts: Sequence[Part]) -> list[Plan]:
    """The plans for checking the parts: what a row names may be in a part before it, not loaded yet."""
    plans: list[Plan] = []
    provided: dict[Reference, str] = {}
    for part in parts:
        plan = part.plan.naming(provided)
        plans.append(plan)
        if len(parts) > 1 and plan.kind.provides:
            provided[plan.kind.provides] = staged_relation(plan, table=part.table)
    return plans
