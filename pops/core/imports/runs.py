"""An import from its file to its end: staged, checked, and loaded step by step."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pghistory
from django.core.files import File

from pops.core.imports import staging
from pops.core.imports.checks import SHOWN, Span, check_all, count_bad, read_faults, read_notices
from pops.core.imports.columns import Kind, Plan, find_kind, make_plan, propose
from pops.core.imports.kinds import KINDS
from pops.core.imports.loading import STEP, ChangedMeanwhile, load_step, refresh_plans
from pops.core.imports.models import AccountImport
from pops.core.imports.readers.faults import Unreadable
from pops.core.imports.readers.rows import Table, read_table
from pops.core.imports.report import sentence, write_report

State = AccountImport.State
# Told the step's name and the line that it is at.
Tell = Callable[[str, int], None]
BROKE_OFF = "It broke off. What was loaded stays; import the file again, and it goes on from there."
READING, CHECKING, LOADING = "reading", "checking", "loading"


@dataclass(frozen=True)
class Wish:
    """What is wanted of a file: how its columns are matched, how bad lines are met, whether it is only checked."""

    kind: str = ""
    columns: dict[str, str] | None = None
    skip_bad: bool = False
    only_check: bool = False


def look_at(path: Path, *, kind: str = "") -> tuple[Table, Kind, dict[str, str]]:
    """A file's table, what it holds, and its columns by their headings. Raises Unreadable."""
    found = read_table(path)
    chosen = KINDS[kind] if kind else find_kind(KINDS, found.headings)
    if chosen is None:
        raise Unreadable(
            f"The columns {', '.join(found.headings)[:200]} don't say what this file holds. Choose what it is: "
            f"{', '.join(KINDS)}."
        )
    return found, chosen, propose(chosen, found.headings)


def run_import(run: AccountImport, *, path: Path, wish: Wish, today: str, tell: Tell) -> None:
    """Take a file in, and write down in the run what came of it. What can't be read is refused, never raised.

    Nothing is loaded while a line is bad, unless bad lines are skipped. Loading goes in steps, each committed by
    itself; begun anew after a crash, it finds what is loaded unchanged and goes on.
    """
    table = staging.staging_table(run.pk)
    try:
        found, kind, columns = look_at(path, kind=wish.kind)
        plan = make_plan(kind, found.headings, wish.columns or columns)
        run.note(kind=kind.name, columns=_pairs(found, wish.columns or columns), said=found.said, lines=found.lines)
        _stage(run, plan, found, table, tell)
        check_all(plan, table=table, today=today)
        _conclude(run, plan, found, table)
        if run.bad and not wish.skip_bad and not wish.only_check:
            raise Unreadable(f"{run.bad:,} of {run.rows:,} lines are bad. Nothing was loaded.")
        if wish.only_check:
            run.note(state=State.CHECKED)
        else:
            _load(run, plan, found, table, skip_bad=wish.skip_bad, tell=tell)
    except Unreadable as refusal:
        run.note(state=State.REFUSED, problem=str(refusal))
    except Exception:
        run.note(state=State.REFUSED, problem=BROKE_OFF)
        raise
    finally:
        staging.drop_staging(table=table)


def _pairs(found: Table, columns: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(heading, columns.get(heading, "")) for heading in found.headings]


def _stage(run: AccountImport, plan: Plan, found: Table, table: str, tell: Tell) -> None:
    run.note(problem="", bad=0, new=0, changed=0, unchanged=0)
    staging.create_staging(plan, table=table)
    rows = staging.copy_rows(plan, found.rows(), table=table, tell=lambda line: tell(READING, line))
    if not rows:
        raise Unreadable("The file holds no rows beside its heading.")
    run.note(rows=rows)
    tell(CHECKING, found.lines)


def _conclude(run: AccountImport, plan: Plan, found: Table, table: str) -> None:
    """Write down what is wrong, and the report of it."""
    bad = count_bad(table=table)
    noticed, notices = read_notices(plan, table=table)
    run.note(
        bad=bad,
        faults=[(line, sentence(plan, column, words)) for line, column, words in _first_faults(table)],
        noticed=noticed,
        notices=[(line, sentence(plan, column, words)) for line, column, words in notices],
    )
    run.report.delete(save=False)
    if bad:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.csv"
            write_report(plan, found, table=table, path=path)
            with path.open("rb") as file:
                run.report.save(f"report-{run.pk}.csv", File(file), save=False)
    run.save(update_fields=["report"])


def _first_faults(table: str) -> Iterator[tuple[int, str, str]]:
    return islice(read_faults(table=table, limit=SHOWN), SHOWN)


def _load(run: AccountImport, plan: Plan, found: Table, table: str, *, skip_bad: bool, tell: Tell) -> None:
    run.note(state=State.LOADING, skip_bad=skip_bad)
    with pghistory.context(reason=str(run), user=run.brought_by_id):
        for first in range(0, found.lines + 1, STEP):
            span = Span(first, first + STEP - 1)
            try:
                done = load_step(plan, table=table, span=span, skip_bad=skip_bad)
            except ChangedMeanwhile:
                raise Unreadable(
                    f"While it was loaded, something came that forbids a line after {first:,}. The lines before are "
                    "loaded. Import the file again to see which."
                ) from None
            run.new, run.changed, run.unchanged = (
                run.new + done.new, run.changed + done.changed, run.unchanged + done.unchanged,
            )  # fmt: skip
            tell(LOADING, min(span.last, found.lines))
    if run.new > STEP:
        refresh_plans(plan)
    if count_bad(table=table) > run.bad:
        _conclude(run, plan, found, table)
    run.note(state=State.DONE, new=run.new, changed=run.changed, unchanged=run.unchanged)
