"""Imports by the back office: brought, matched, asked for, worked off by a worker, forgotten."""

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from pops.core.access.models import User
from pops.core.imports import staging
from pops.core.imports.columns import check_columns
from pops.core.imports.kinds import KINDS
from pops.core.imports.models import AccountImport
from pops.core.imports.parts import look_at
from pops.core.imports.readers.faults import Unreadable
from pops.core.imports.runs import BROKE_OFF
from pops.core.refusals import Refused, refuse
from pops.core.words import shown

State = AccountImport.State
WORK_OFF = "pops.core.imports.tasks.work_off_imports"
# A worker that said nothing for so long is dead: another goes on. It says something every 2,000 lines.
DEAD = dt.timedelta(minutes=6)
# Files hold health data: they are kept as long as somebody may still mend one.
KEPT = dt.timedelta(days=7)
# Longer than any import takes.
DAY = dt.timedelta(days=1)


class NoImport(Refused):
    """A file that can't be imported as it is."""

    def __init__(self, words: str) -> None:
        super().__init__("file", words)


def bring_file(*, file: UploadedFile, kind: str, by: User) -> AccountImport:
    """Keep an uploaded file, with the columns that its headings propose. Raises NoImport when it can't be read."""
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        try:
            look = look_at(Path(copy.name), kind=kind)
        except Unreadable as error:
            raise NoImport(str(error)) from error
    run = AccountImport(name=shown(file.name or "file")[:200], kind=look.kind, brought_by=by, said=look.said)
    run.lines = look.lines
    run.columns = [(heading, look.columns.get(heading, "")) for heading in look.headings]
    file.seek(0)
    run.file.save("accounts", file, save=False)
    run.save()
    return run


def why_not_match(run: AccountImport) -> Refused | None:
    """Columns are matched until loading begins, as long as the file is kept."""
    if not run.file:
        return NoImport("The file was deleted after some days. Bring it again.")
    if run.is_busy or run.is_done:
        return NoImport("This file is being worked on, or was loaded. Bring it again to load it once more.")
    return None


def why_not_load(run: AccountImport) -> Refused | None:
    """What was checked is loaded."""
    if not run.file:
        return NoImport("The file was deleted after some days. Bring it again.")
    if not run.is_checked:
        return NoImport("Check the file first.")
    if not run.good:
        return NoImport("None of its lines can be loaded. Mend the file and bring it again.")
    return None


def ask_for_check(*, run_id: int, columns: Mapping[str, str], by: User) -> AccountImport:
    """Have a worker check the file with these columns; nothing is loaded. Raises Refused."""
    with transaction.atomic():
        run = AccountImport.objects.select_for_update().get(pk=run_id)
        refuse(why_not_match(run))
        chosen = {heading: name for heading, name in columns.items() if name}
        try:
            if run.kind in KINDS:
                check_columns(KINDS[run.kind], list(columns), chosen)
        except Unreadable as error:
            raise NoImport(str(error)) from error
        _ask(run, State.CHECKING, columns=list(columns.items()), brought_by=by)
    return run


def ask_for_load(*, run_id: int, skip_bad: bool, by: User) -> AccountImport:
    """Have a worker load what was checked: all of it, or the good lines. Raises Refused."""
    with transaction.atomic():
        run = AccountImport.objects.select_for_update().get(pk=run_id)
        refuse(why_not_load(run))
        _ask(run, State.LOADING, skip_bad=skip_bad, brought_by=by)
    return run


def _ask(run: AccountImport, state: str, **facts: object) -> None:
    run.note(state=state, lines_done=0, touched_at=None, ended_at=None, problem="", **facts)
    # robust: with the broker down the sweep finds it.
    transaction.on_commit(lambda: current_app.send_task(WORK_OFF, expires=60), robust=True)


def find_waiting(*, now: dt.datetime) -> list[int]:
    """Imports that were asked for and that no worker is at, oldest first."""
    busy = AccountImport.objects.filter(state__in=[State.CHECKING, State.LOADING]).exclude(file="")
    free = busy.filter(Q(touched_at=None) | Q(touched_at__lt=now - DEAD))
    return list(free.order_by("pk").values_list("pk", flat=True))


def claim_import(*, run_id: int, now: dt.datetime) -> AccountImport | None:
    """The import for one worker alone; None when another took it."""
    waits = Q(touched_at=None) | Q(touched_at__lt=now - DEAD)
    if not AccountImport.objects.filter(waits, pk=run_id).update(touched_at=now):
        return None
    return AccountImport.objects.get(pk=run_id)


def forget_old(*, now: dt.datetime) -> None:
    """Delete files and what was found in them some days after they came; counts and names stay."""
    for run in AccountImport.objects.filter(brought_at__lt=now - KEPT).exclude(
        file="", report="", faults=[], notices=[]
    ):
        run.file.delete(save=False)
        run.report.delete(save=False)
        run.note(file="", report="", faults=[], notices=[])
    # A command that was killed says nothing any more.
    dead = AccountImport.objects.filter(state__in=[State.CHECKING, State.LOADING], file="", brought_at__lt=now - DAY)
    dead.update(state=State.REFUSED, problem=BROKE_OFF)
    alive = AccountImport.objects.filter(touched_at__gt=now - DEAD) | AccountImport.objects.filter(
        state__in=[State.CHECKING, State.LOADING], brought_at__gt=now - DAY
    )
    kept = set(alive.values_list("pk", flat=True))
    for table in staging.find_left_tables():
        if staging.run_of(table) not in kept:
            staging.drop_staging(table=table)
