"""Background work on reports: runs that were asked for, schedules that are due, files that are old."""

from celery import shared_task
from django.utils import timezone

from payments.reports.models import Format
from payments.reports.outputs import pdf
from payments.reports.runs.asking import WORK_OFF
from payments.reports.runs.keeping import forget_runs
from payments.reports.runs.making import claim_run, is_run_waiting, make_run
from payments.reports.runs.writing import AT_ONCE
from payments.reports.schedules import ask_due

# A million rows as XLSX take some minutes. Longer than that a run is broken.
TIME_LIMIT = 900
WRITERS = {**AT_ONCE, Format.PDF: pdf.write}


@shared_task(name=WORK_OFF, time_limit=TIME_LIMIT)
def work_off_runs() -> None:
    """Make the file that was asked for first, and hand the next one on. Called for one, and by the sweep."""
    run = claim_run(now=timezone.now())
    if run is None:
        return
    make_run(run=run, writers=WRITERS, clock=timezone.now)
    if is_run_waiting(now=timezone.now()):
        work_off_runs.delay()


@shared_task
def forget_files() -> None:
    """Delete the files of runs after a week."""
    forget_runs(now=timezone.now())


@shared_task
def ask_schedules() -> None:
    """Ask the reports that are due by schedule."""
    ask_due(now=timezone.now())
