"""Files that were made: who may still fetch them, and their end."""

import datetime as dt

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from payments.reports.models import ReportRun
from payments.reports.sources import find_source, may_receive
from pops.core.access.models import User
from pops.core.accounts.confidential import sees_confidential, was_marked_since
from pops.core.refusals import Refused

# The row itself: what was exported is kept as an Export.
REMEMBERED = dt.timedelta(days=90)


def runs_of(user: User) -> QuerySet[ReportRun]:
    """The runs of one person, newest first. Nobody sees another one's, whatever their rights: it is theirs to see."""
    return ReportRun.objects.filter(asked_by=user)


def why_not_fetch(run: ReportRun, *, by: User) -> Refused | None:
    """Why who asked can't have the file now: it is not there, or the right to what is in it was taken away."""
    if not run.file:
        gone = run.is_done
        words = "The file was deleted after a week. Ask for it again." if gone else "There is no file."
        return Refused("no_file", words)
    if not may_receive(find_source(run.source), by):
        return Refused("no_right", f"You have not the right to {run.title} any more.")
    if sees_confidential(by):
        return None
    if run.saw_confidential or was_marked_since(run.ended_at or run.asked_at):
        words = "The file was made before something in it became confidential to you. Ask for it again."
        return Refused("confidential", words)
    return None


def forget_runs(*, now: dt.datetime) -> None:
    """Delete the files of a week ago, and what dead workers left; after some months the rows too."""
    old = Q(expires_at__lt=now) & ~Q(file="") | ~Q(state__in=ReportRun.OPEN) & Q(ended_at__lt=now - REMEMBERED)
    for run in ReportRun.objects.filter(old):
        _delete_files(run)
        if run.ended_at and run.ended_at < now - REMEMBERED:
            run.delete()
        else:
            run.note(file="")


def _delete_files(run: ReportRun) -> None:
    """Those of all its tries: one that was given up may have stored its own."""
    for attempt in range(1, run.attempt + 1):
        run.attempt = attempt
        default_storage.delete(run.stored_name)
