"""An import from its file to its end: staged, checked, and loaded step by step."""

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.files import File

from pops.core.accounts.brought import told_by_the_system
from pops.core.imports import staging
from pops.core.imports.addresses import Ask, get_asking
from pops.core.imports.adopting import adopt_patients
from pops.core.imports.checks import SHOWN, Facts, Span, check_all, count_bad, read_notices
from pops.core.imports.loading import STEP, ChangedMeanwhile, load_step, refresh_plans
from pops.core.imports.models import AccountImport
from pops.core.imports.parts import Look, Part, check_plans, look_at, make_parts
from pops.core.imports.readers.faults import Unreadable
from pops.core.imports.readers.rows import Table
from pops.core.imports.report import read_sentences, sentence, write_report
from pops.core.practice.selectors import get_practice

State = AccountImport.State
# Told the step's name and the line that it is at.
Tell = Callable[[str, int], None]
BROKE_OFF = "It broke off. What was loaded stays; import the file again, and it goes on from there."
NOT_OURS = "Of FHIR it takes resources, one a line and no Bundle; of HL7 v2 the messages DFT^P03"
READING, CHECKING, LOADING = "reading", "checking", "loading"


@dataclass(frozen=True)
class Wish:
    """What is wanted of a file: how its columns are matched, how bad lines are met, whether it is only checked."""

    kind: str = ""
    columns: dict[str, str] | None = None
    skip_bad: bool = False
    only_check: bool = False


def run_import(run: AccountImport, *, path: Path, wish: Wish, now: dt.datetime, tell: Tell) -> None:
    """Take a file in, and write down in the run what came of it. What can't be read is refused, never raised.

    Nothing is loaded while a line is bad, unless bad lines are skipped. Loading goes in steps, each committed by
    itself; begun anew after a crash, it finds what is loaded unchanged and goes on.
    """
    parts: list[Part] = []
    try:
        look = look_at(path, kind=wish.kind)
        columns = wish.columns or look.columns
        parts = make_parts(look, columns, run_id=run.pk)
        run.note(kind=look.kind, columns=_pairs(look, columns), said=look.said, lines=look.lines)
        _stage(run, look, parts, tell)
        _check(run, look, parts, now)
        if run.bad and not wish.skip_bad and not wish.only_check:
            raise Unreadable(f"{run.bad:,} of {run.rows:,} lines are bad. Nothing was loaded.")
        if wish.only_check:
            run.note(state=State.CHECKED)
        else:
            _load(run, look, parts, skip_bad=wish.skip_bad, now=now, tell=tell)
    except Unreadable as refusal:
        run.note(state=State.REFUSED, problem=str(refusal))
    except Exception:
        run.note(state=State.REFUSED, problem=BROKE_OFF)
        raise
    finally:
        for part in parts:
            staging.drop_staging(table=part.table)


def _pairs(look: Look, columns: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(heading, columns.get(heading, "")) for heading in look.headings]


def _stage(run: AccountImport, look: Look, parts: Sequence[Part], tell: Tell) -> None:
    run.note(problem="", bad=0, new=0, changed=0, unchanged=0)
    if not isinstance(look.source, Table):
        look.source.read(ZoneInfo(get_practice().time_zone), partial(tell, READING))
    rows = 0
    for part in parts:
        staging.create_staging(part.plan, table=part.table)
        rows += staging.copy_rows(part.plan, part.found.rows(), table=part.table, tell=partial(tell, READING))
    if not rows:
        what = "rows beside its heading" if look.headings else f"accounts. {NOT_OURS}"
        raise Unreadable(f"The file holds no {what}.")
    run.note(rows=rows)
    tell(CHECKING, look.lines)


def _check(run: AccountImport, look: Look, parts: Sequence[Part], now: dt.datetime) -> None:
    facts: Facts = {"today": get_practice().business_date(now), "asked_since": now - get_asking().good_for}
    for part, plan in zip(parts, check_plans(parts), strict=True):
        check_all(plan, table=part.table, facts=facts)
    _tell_faults(run, look, parts)
    _tell_notices(run, look, parts, facts)


def _tell_faults(run: AccountImport, look: Look, parts: Sequence[Part]) -> None:
    """Write down what is wrong, and the report of it."""
    bad = sum(count_bad(table=part.table) for part in parts)
    run.note(bad=bad, faults=list(read_sentences(parts, limit=SHOWN)))
    run.report.delete(save=False)
    if bad:
        source = look.source if isinstance(look.source, Table) else look.source.whole
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.csv"
            write_report(parts, source, path=path)
            with path.open("rb") as file:
                run.report.save(f"report-{run.pk}.csv", File(file), save=False)
    run.save(update_fields=["report"])


def _tell_notices(run: AccountImport, look: Look, parts: Sequence[Part], facts: Facts) -> None:
    """Write down what is worth a look, and what was left out."""
    count, told = (0, []) if isinstance(look.source, Table) else look.source.notes(SHOWN)
    for part in parts:
        more, found = read_notices(part.plan, table=part.table, facts=facts)
        count += more
        told += [(line, sentence(part.plan, column, words)) for line, column, words in found]
    run.note(noticed=count, notices=sorted(told)[:SHOWN])


def _load(
    run: AccountImport, look: Look, parts: Sequence[Part], *, skip_bad: bool, now: dt.datetime, tell: Tell
) -> None:
    run.note(state=State.LOADING, skip_bad=skip_bad)
    ask = partial(get_asking().ask, reason=str(run), now=now, by=run.brought_by)
    with told_by_the_system(reason=str(run), by=run.brought_by):
        for part in parts:
            _load_part(run, part, skip_bad=skip_bad, ask=ask, tell=tell)
    if sum(count_bad(table=part.table) for part in parts) > run.bad:
        _tell_faults(run, look, parts)
    run.note(state=State.DONE, new=run.new, changed=run.changed, unchanged=run.unchanged)


def _load_part(run: AccountImport, part: Part, *, skip_bad: bool, ask: Ask, tell: Tell) -> None:
    adopt_patients(part.plan, table=part.table, sees=True)  # as do all whose role may import files
    before = run.new
    for first in range(0, staging.last_place(table=part.table) + 1, STEP):
        span = Span(first, first + STEP - 1)
        try:
            done = load_step(part.plan, table=part.table, span=span, skip_bad=skip_bad, ask=ask)
        except ChangedMeanwhile:
            raise Unreadable(
                "While it was loaded, something came that forbids one of its lines. Others are loaded. Import the file "
                "again to see which."
            ) from None
        run.new, run.changed, run.unchanged = (
            run.new + done.new, run.changed + done.changed, run.unchanged + done.unchanged,
        )  # fmt: skip
        tell(LOADING, min(span.last, run.lines))
    if run.new - before > STEP:
        refresh_plans(part.plan)
