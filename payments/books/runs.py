"""Runs of the check, kept with what they found; once a night by itself."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from payments.books.check import Line, check_files, check_rules, check_waits
from payments.books.files import FilesRead
from payments.models import BooksCheck
from pops.core.practice.models import Practice
from receipts.models import Receipt

# On the practice's clock: nobody works, and the day before is over, whatever its cut-off.
NIGHT = dt.time(3)
# A run that was cut off is made up for after this long. It takes a fraction of it.
CUT_OFF = dt.timedelta(minutes=30)
# A night without a check, and some hours for a worker that was down.
OVERDUE = dt.timedelta(hours=36)
# Of each night, for receipts' files and for those of closes. The next one goes on from there.
FILES_SECONDS = 20


def is_due(*, practice: Practice, now: dt.datetime) -> bool:
    """Whether this night's check is still to be run. Asked several times an hour: a beat that was down is no gap."""
    local = now.astimezone(ZoneInfo(practice.time_zone))
    tonight = dt.datetime.combine(local.date(), NIGHT, local.tzinfo)
    if local < tonight:
        tonight = dt.datetime.combine(local.date() - dt.timedelta(days=1), NIGHT, local.tzinfo)
    tonights = BooksCheck.objects.filter(started_at__gte=tonight)
    return not tonights.filter(Q(ended_at__isnull=False) | Q(started_at__gt=now - CUT_OFF)).exists()


def check_tonight(*, now: dt.datetime) -> BooksCheck:
    """Ask all rules and the ages, read a part of the files, and keep what was found."""
    last = find_last()
    run = start_run(now=now)
    lines = [*check_rules(), check_waits(now=now)]
    line, files = check_files(last=FilesRead(**last.files) if last and last.files else None, seconds=FILES_SECONDS)
    return end_run(run, lines=[*lines, line], files=files)


def start_run(*, now: dt.datetime) -> BooksCheck:
    """Note that a run began."""
    return BooksCheck.objects.create(started_at=now)


def end_run(run: BooksCheck, *, lines: Iterable[Line], files: FilesRead) -> BooksCheck:
    """Keep what a run found."""
    run.lines, run.files = [asdict(line) for line in lines], asdict(files)
    run.found = sum(line["found"] for line in run.lines)
    run.ended_at = Now()
    run.save()
    run.refresh_from_db()
    return run


def find_last() -> BooksCheck | None:
    """The last run that came to its end."""
    return BooksCheck.objects.filter(ended_at__isnull=False).first()


def find_alarming(*, late: dt.datetime) -> QuerySet[BooksCheck]:
    """The last run that came to its end, where it found something or began too long ago: none when all is right."""
    last = BooksCheck.objects.filter(ended_at__isnull=False).order_by("-started_at", "-pk").values("pk")[:1]
    return BooksCheck.objects.filter(pk__in=last).filter(Q(found__gt=0) | Q(started_at__lt=late))


@dataclass(frozen=True)
class Alarm:
    """What staff must know: the last run found something, or there was none for too long."""

    run: BooksCheck | None
    is_overdue: bool


def find_alarm(*, now: dt.datetime) -> Alarm | None:
    """The alarm of the last run, and of runs that don't come; nothing when all is right."""
    last, latest = find_last(), now - OVERDUE
    is_overdue = last.started_at < latest if last else Receipt.objects.filter(issued_at__lt=latest).exists()
    return Alarm(last, is_overdue) if is_overdue or (last and last.found) else None
