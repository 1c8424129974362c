"""A run from its claim by a worker to its file: once each, by another worker when the first died."""

import datetime as dt
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q

from payments.reports.models import Export, Format, ReportRun
from payments.reports.notices import post_ended
from payments.reports.runs.watching import NoLongerWanted, Watch
from payments.reports.runs.writing import Writer, write_file
from payments.reports.sources import Source, find_source, may_receive
from payments.reports.tables import Table
from pops.core.accounts.confidential import sees_confidential
from pops.core.refusals import Refused

logger = logging.getLogger(__name__)

State = ReportRun.State
# What tells the time while a run lasts.
Clock = Callable[[], dt.datetime]
# Who is at it says so each second: silent for so long, it is dead.
DEAD = dt.timedelta(seconds=30)
# What kills its worker each time is not tried for ever.
ATTEMPTS = 3
# How long a file is kept.
KEPT = dt.timedelta(days=7)

BROKE_OFF = "It broke off. Ask for it again; if that happens again, tell your administrator: run {}."
GAVE_UP = "It broke off {} times. Ask for fewer rows, or tell your administrator: run {}."
NO_RIGHT = "The right to this report, or to sign in, was taken away before it was made."
GONE = "This report is not there any more."


def claim_run(*, now: dt.datetime) -> ReportRun | None:
    """The oldest run that waits, for one worker alone; None while another one is at a run.

    One at a time: the other processes that take from the queue are left to mail and receipts' PDFs.
    """
    with transaction.atomic():
        # All of them locked: who comes at the same time waits here, and then sees that a run is claimed.
        found = list(ReportRun.objects.select_for_update().filter(state__in=ReportRun.OPEN).order_by("pk"))
        if any(run.is_running and run.touched_at and run.touched_at > now - DEAD for run in found):
            return None
        for run in found:
            if run.attempt < ATTEMPTS:
                run.note(state=State.RUNNING, attempt=run.attempt + 1, touched_at=now, rows_done=0)
                return run
            _end(run, State.FAILED, now, problem=GAVE_UP.format(ATTEMPTS, run.pk))
    return None


def is_run_waiting(*, now: dt.datetime) -> bool:
    """Whether a worker could take one up."""
    waits = Q(state=State.WAITING) | Q(state=State.RUNNING, touched_at__lt=now - DEAD)
    return ReportRun.objects.filter(waits).exists()


def tell_run(*, run: ReportRun, rows: int, now: dt.datetime) -> bool:
    """Say that this try of the run is alive, and how far. False when it is not wanted any more."""
    mine = ReportRun.objects.filter(pk=run.pk, attempt=run.attempt, state=State.RUNNING)
    return mine.update(touched_at=now, rows_done=rows) == 1


def make_run(*, run: ReportRun, writers: Mapping[Format, Writer], clock: Clock) -> None:
    """Make the file of a claimed run and store it; what goes wrong is written down in words, never raised."""
    try:
        source = find_source(run.source)
        if source is None:
            raise Refused("gone", GONE)
        if not may_receive(source, run.asked_by):
            raise Refused("no_right", NO_RIGHT)
        with tempfile.TemporaryFile() as file:
            _make(run, source, file, writers, clock)
    except NoLongerWanted:
        default_storage.delete(run.stored_name)
    except Refused as refusal:
        _fail(run, clock(), refusal.words)
    except Exception as error:
        # What it says may hold a patient's name.
        logger.error("Run %s broke off: %s", run.pk, type(error).__name__)
        _fail(run, clock(), BROKE_OFF.format(run.pk))


def _make(run: ReportRun, source: Source, file: IO[bytes], writers: Mapping[Format, Writer], clock: Clock) -> None:
    asked: dict[str, Any] = {"user": run.asked_by, "today": run.as_of}
    run.note(rows_total=source.count(run.question, **asked))
    with Watch(lambda rows: tell_run(run=run, rows=rows, now=clock())) as watch:
        with snapshot():
            sees = sees_confidential(run.asked_by)
            table = source.table(run.question, **asked)
            stored = table.stored and replace(table.stored, note=watch.note)
            watched = replace(table, rows=watch.count(table.rows), stored=stored, made_at=clock())
            write_file(watched, Format(run.format), file, writers)
        file.seek(0)
        default_storage.delete(run.stored_name)
        stored = default_storage.save(run.stored_name, File(file))
    _finish(run, table, stored, rows=watch.rows, size=file.tell(), sees=sees, now=clock())


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read in it is of one moment, however long that takes, and nothing is written."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _finish(run: ReportRun, table: Table, stored: str, *, rows: int, size: int, sees: bool, now: dt.datetime) -> None:
    with transaction.atomic():
        held = ReportRun.objects.select_for_update().get(pk=run.pk)
        if held.state != State.RUNNING or held.attempt != run.attempt:
            raise NoLongerWanted
        Export.objects.create(
            source=held.source,
            title=table.title,
            question=held.question,
            said=list(table.said),
            columns=[column.label for column in table.columns],
            format=held.format,
            rows=rows,
            exported_by=held.asked_by,
            run_number=held.pk,
            schedule_number=held.schedule_id,
        )
        made = {"file": stored, "size": size, "said": list(table.said), "title": table.title}
        _end(
            held, State.DONE, now, rows_done=rows, rows_total=rows, saw_confidential=sees, expires_at=now + KEPT, **made
        )


def _fail(run: ReportRun, now: dt.datetime, problem: str) -> None:
    with transaction.atomic():
        held = ReportRun.objects.select_for_update().get(pk=run.pk)
        if held.state == State.RUNNING and held.attempt == run.attempt:
            _end(held, State.FAILED, now, problem=problem)


def _end(run: ReportRun, state: State, now: dt.datetime, **facts: Any) -> None:
    run.note(state=state, ended_at=now, **facts)
    if run.schedule_id is not None:
        post_ended(run)
