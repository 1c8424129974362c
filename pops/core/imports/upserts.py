"""Rows that a program brings by a call: the rules of a file's, all in one transaction, and each row's outcome told.

A file is checked whole and loaded in steps, whose rows may change between; here what is about to change is held before
it is checked, so that what is told is what was done.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from django.db import connection, models, transaction

from pops.core.access.models import User
from pops.core.accounts.brought import told_by_the_system
from pops.core.accounts.confidential import HIDDEN
from pops.core.imports.addresses import Ask, get_asking
from pops.core.imports.adopting import adopt_patients, adopt_places
from pops.core.imports.cells import NULL
from pops.core.imports.checks import Facts, Span, check_all, joins, read_faults, read_notices
from pops.core.imports.columns import Column, Kind, Plan
from pops.core.imports.kinds import KINDS
from pops.core.imports.loading import find_asked, hold_rows, read_differing, write_each
from pops.core.imports.places import PLACES
from pops.core.imports.readers.faults import Bad
from pops.core.imports.staging import COLUMN_END, FAULT_END, LONGEST_FAULT, lay_rows
from pops.core.imports.unseen import for_who_does_not_see
from pops.core.locks import hold_each
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from pops.core.words import shown

# Each names what comes before it.
ORDER = {**PLACES, **KINDS}
# Tries, when whose rows they are changes between finding and holding them.
TRIES = 5


class Became(models.TextChoices):
    """What became of a row."""

    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    UNCHANGED = "unchanged", "Unchanged"
    REFUSED = "refused", "Refused"


@dataclass(frozen=True)
class Brought:
    """A row of a kind: what it says of each column, as a cell of a file would, and what is wrong with it already.

    A column that it doesn't speak of stays as it is; empty text empties, as an empty cell of a file does.
    """

    kind: str
    cells: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a row: each fault and each notice with the name of its column; of the whole row, none."""

    became: Became
    faults: Sequence[tuple[str, str]] = ()
    notices: Sequence[tuple[str, str]] = ()

    @property
    def is_refused(self) -> bool:
        return self.became is Became.REFUSED


class RowsRefused(Exception):
    """Of rows that are wanted whole or not at all, some are refused. Nothing was changed."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


class _ChangedHands(Exception):
    """A row came to another guarantor between being found and being held."""


@dataclass(frozen=True)
class _Part:
    """The rows of one kind in a call: how they are read, and where they wait."""

    plan: Plan
    table: str
    facts: Facts
    ask: Ask
    sees: bool


def upsert_rows(
    *,
    rows: Sequence[Brought],
    is_whole: bool,
    sees_confidential: bool,
    reason: str,
    now: dt.datetime,
    by: User,
    when_held: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Bring rows up to date, in whatever order they come; what became of each, at its place.

    `is_whole`: all or nothing, otherwise what is good goes in. Who doesn't see what is confidential can't make it
    plain (`unseen`), and is told of it that it was updated, whatever they said: else they could guess at its words
    until one changes nothing. `when_held` is called once no other can change the rows, and may raise.

    Raises RowsRefused, Refused.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic(), told_by_the_system(reason=reason, by=by):
                ask = partial(get_asking().ask, reason=reason, now=now, by=by)
                outcomes = _upsert(rows, sees_confidential=sees_confidential, now=now, ask=ask, when_held=when_held)
                if is_whole and any(outcome.is_refused for outcome in outcomes):
                    raise RowsRefused(outcomes)
                return outcomes
        except _ChangedHands:
            continue
    raise Refused("changing", "These accounts are being changed by others just now. Try again.")


def _upsert(
    rows: Sequence[Brought], *, sees_confidential: bool, now: dt.datetime, ask: Ask, when_held: Callable[[], None]
) -> list[Outcome]:
    facts: Facts = {"today": get_practice().business_date(now), "asked_since": now - get_asking().good_for}
    parts = [
        _lay(kind if sees_confidential else for_who_does_not_see(kind), rows, facts, ask, sees_confidential)
        for name, kind in ORDER.items()
        if any(row.kind == name for row in rows)
    ]
    held = {owner for part in parts for owner in _find_owners(part)}
    hold_each(guarantors=held)
    when_held()
    outcomes: dict[int, Outcome] = {}
    for part in parts:
        told = _upsert_part(part, held)
        outcomes |= told if sees_confidential else told | _hide_unchanged(part, told)
    return [outcomes[line] for line in range(len(rows))]


def _lay(kind: Kind, rows: Sequence[Brought], facts: Facts, ask: Ask, sees: bool) -> _Part:
    """The rows of a kind, staged. A line is a row's place in the call."""
    columns = [_spoken(column) for column in kind.columns]
    plan = Plan(kind, [column.name for column in columns], list(enumerate(columns)), whole="request")
    table = f"brought_{kind.name}"
    lay_rows(plan, (_stage(plan, line, row) for line, row in enumerate(rows) if row.kind == kind.name), table=table)
    return _Part(plan, table, facts, ask, sees)


def _spoken(column: Column) -> Column:
    """A column as a call has it. What a file is told to import first may be in the same call."""
    return replace(column, refers=column.refers and replace(column.refers, hint="")).spoken


def _stage(plan: Plan, line: int, row: Brought) -> list[str]:
    values, faults = [], dict(row.faults)
    for column in plan.columns:
        value = NULL
        try:
            if not faults.keys() & {"", column.name}:
                value = _read(column, row.cells.get(column.name))
        except Bad as bad:
            faults[column.name] = str(bad)
        values.append(value)
    said = ",".join(column.name for column in plan.columns if column.name in row.cells)
    told = (f"{name}{COLUMN_END}{shown(words)[:LONGEST_FAULT]}" for name, words in faults.items())
    return [str(line), FAULT_END.join(told) or NULL, f"{{{said}}}", *values]


def _read(column: Column, said: str | None) -> str:
    """What a row says, as the database reads it. Raises Bad."""
    text = (said or "").strip()
    if text and text != NULL:
        return column.parse(text)
    if column.required:
        raise Bad("is missing" if said is None else "is empty")
    return NULL if said is None else column.blank


def _find_owners(part: _Part) -> set[int]:
    """The guarantors of what is about to change, of patients who may get their number, and of addresses to be asked."""
    with connection.cursor() as cursor:
        found = read_differing(cursor, part.plan, part.table, Span(), new_too=True)
        return found.owners | find_asked(cursor, part.plan, part.table, Span()).keys()


def _upsert_part(part: _Part, held: set[int]) -> dict[int, Outcome]:
    plan, table = part.plan, part.table
    is_place = plan.kind.name in PLACES
    numbered = adopt_places(plan, table=table) if is_place else adopt_patients(plan, table=table, sees=part.sees)
    with connection.cursor() as cursor:
        found = read_differing(cursor, plan, table, Span())
        if not found.owners <= held:
            raise _ChangedHands
        hold_rows(cursor, plan, found.rows)
        check_all(plan, table=table, facts=part.facts)
        _, notices = read_notices(plan, table=table, facts=part.facts, limit=None)
        asked = find_asked(cursor, plan, table, Span())
        written = write_each(cursor, plan, table, found.lines)
        if asked:
            part.ask(asked)
        cursor.execute(f'SELECT line, "{plan.kind.key[0]}"::text FROM {table}')
        numbers = dict(cursor.fetchall())
    written |= {line: False for line, number in numbers.items() if number in numbered and line not in written}
    return _tell(numbers, written, list(read_faults(tables=[table])), notices)


def _hide_unchanged(part: _Part, told: Mapping[int, Outcome]) -> dict[int, Outcome]:
    """As updated what is unchanged and confidential."""
    model = next((model for model in HIDDEN if model._meta.db_table == part.plan.kind.table), None)
    unchanged = [line for line, outcome in told.items() if outcome.became is Became.UNCHANGED]
    if model is None or not unchanged:
        return {}
    with connection.cursor() as cursor:
        rows = f"SELECT t.id, s.line FROM {part.table} s{joins(part.plan)} WHERE s.line = ANY(%s)"
        cursor.execute(rows, [unchanged])
        line_of = dict(cursor.fetchall())
    hidden = model._base_manager.filter(HIDDEN[model], pk__in=line_of).values_list("pk", flat=True)
    return {line_of[row]: replace(told[line_of[row]], became=Became.UPDATED) for row in hidden}


def _tell(
    numbers: Mapping[int, str],
    written: Mapping[int, bool],
    faults: Sequence[tuple[int, int, str, str]],
    notices: Sequence[tuple[int, str, str]],
) -> dict[int, Outcome]:
    wrong, worth_a_look = defaultdict(list), defaultdict(list)
    for line, _, column, words in faults:
        wrong[line].append((column, words))
    for line, column, words in notices:
        worth_a_look[line].append((column, words))
    outcomes = {}
    for line in numbers:
        became = Became.UNCHANGED if line not in written else Became.CREATED if written[line] else Became.UPDATED
        became = Became.REFUSED if line in wrong else became
        outcomes[line] = Outcome(became, wrong[line], worth_a_look[line])
    return outcomes
