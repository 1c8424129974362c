"""What somebody asks for: a file at once, or one that a worker makes; and that it is not wanted any more."""

import datetime as dt
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

from celery import current_app
from django.db import transaction

from payments.reports.models import Export, Format, ReportRun
from payments.reports.runs.writing import AT_ONCE, write_file
from payments.reports.sources import Source, find_source
from payments.reports.tables import Table
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse

State = ReportRun.State
WORK_OFF = "payments.reports.tasks.work_off_runs"
# Answered within the request: some tenths of a second.
ROWS_AT_ONCE = 3_000
# Of one person at a time: who wants more has forgotten some.
OPEN_AT_ONCE = 5
# Files that one person takes away in an hour: nobody reads more, and who copies everything page by page is stopped.
FILES_AN_HOUR = 60
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Wish:
    """What is asked: of which report or list, by whom, on which day of the practice, made into what."""

    source: Source
    question: str
    format: Format
    by: User
    today: dt.date
    now: dt.datetime


@dataclass(frozen=True)
class Answer:
    """A file that was made at once."""

    file: io.BytesIO
    name: str


def why_not_export(wish: Wish) -> Refused | None:
    """Why somebody can't have this as a file."""
    if not wish.source.may(wish.by):
        return Refused("no_right", f"You have not the right to export {wish.source.title}.")
    if wish.format not in wish.source.formats:
        return Refused("no_format", f"{wish.source.title} can't be made into that. Choose another kind of file.")
    return why_not_export_more(by=wish.by, now=wish.now)


def why_not_export_more(*, by: User, now: dt.datetime) -> Refused | None:
    """Why somebody gets no file at all for a while."""
    if Export.objects.filter(exported_by=by, exported_at__gt=now - HOUR).count() >= FILES_AN_HOUR:
        return Refused("too_often", f"You exported {FILES_AN_HOUR} files within the hour. Try again later.")
    return None


def export_at_once(*, wish: Wish) -> Answer | None:
    """The file, and a note of who has it; None when there are too many rows for that. Raises Refused."""
    refuse(why_not_export(wish))
    asked: dict[str, Any] = {"user": wish.by, "today": wish.today}
    if wish.format not in AT_ONCE or wish.source.is_longer(ROWS_AT_ONCE, wish.question, **asked):
        return None
    table = wish.source.table(wish.question, **asked)
    rows = list(islice(table.rows, ROWS_AT_ONCE + 1))
    if len(rows) > ROWS_AT_ONCE:  # some reports list more than they count
        return None
    file = io.BytesIO()
    write_file(Table(table.title, table.said, table.columns, rows, made_at=wish.now), wish.format, file)
    file.seek(0)
    Export.objects.create(
        source=wish.source.slug,
        title=table.title,
        question=wish.question,
        said=list(table.said),
        columns=[column.label for column in table.columns],
        format=wish.format,
        rows=len(rows),
        exported_by=wish.by,
    )
    return Answer(file, f"{wish.source.slug}-{wish.today}.{wish.format}")


def ask_for_run(*, wish: Wish) -> ReportRun:
    """Have a worker make the file. Asked twice while it is being made, it is the same run. Raises Refused."""
    refuse(why_not_export(wish))
    facts = {"source": wish.source.slug, "question": wish.question, "format": wish.format, "as_of": wish.today}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=wish.by.pk)  # one request of theirs after the other
        open_runs = ReportRun.objects.filter(asked_by=wish.by, state__in=ReportRun.OPEN, schedule=None)
        same = open_runs.filter(**facts).first()
        if same is not None:
            return same
        if open_runs.count() >= OPEN_AT_ONCE:
            words = f"{OPEN_AT_ONCE} files of yours are still being made. Wait for one of them, or cancel one."
            raise Refused("too_many", words)
        run = ReportRun.objects.create(title=wish.source.title, asked_by=wish.by, **facts)
        queue_runs()
    return run


def queue_runs() -> None:
    """Have a worker look once this transaction is committed."""
    # robust: with the broker down the sweep finds what waits.
    transaction.on_commit(lambda: current_app.send_task(WORK_OFF, expires=60), robust=True)


def why_not_cancel(run: ReportRun) -> Refused | None:
    """What is over can't be cancelled."""
    return None if run.is_open else Refused("over", "It was made, or ended, before. There is nothing to cancel.")


def cancel_run(*, run_id: int, now: dt.datetime, by: User) -> ReportRun:
    """End a run of one's own, also while a worker is at it: that worker hears of it within a second or two.

    Raises Refused, and ReportRun.DoesNotExist for somebody else's.
    """
    with transaction.atomic():
        run = ReportRun.objects.select_for_update().get(pk=run_id, asked_by=by)
        refuse(why_not_cancel(run))
        run.note(state=State.CANCELLED, ended_at=now)
    return run


def why_not_ask_again(run: ReportRun) -> Refused | None:
    """What is on its way or there need not be asked for again."""
    if run.is_open or run.file:
        return Refused("is_there", "It is on its way, or there. Fetch it.")
    if find_source(run.source) is None:
        return Refused("gone", "This report is not there any more.")
    return None


def ask_again(*, run_id: int, today: dt.date, now: dt.datetime, by: User) -> ReportRun:
    """Ask the question of a run of one's own once more, as of today. Raises Refused, and ReportRun.DoesNotExist."""
    run = ReportRun.objects.get(pk=run_id, asked_by=by)
    refuse(why_not_ask_again(run))
    source = find_source(run.source)
    assert source is not None
    return ask_for_run(wish=Wish(source, run.question, Format(run.format), by, today, now))
