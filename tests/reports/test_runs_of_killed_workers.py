"""A worker that is killed leaves its run to the next one; none stays on its way for ever."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from payments.reports.models import Format, ReportRun
from payments.reports.runs.asking import Wish, ask_for_run, cancel_run
from payments.reports.runs.making import ATTEMPTS, DEAD, claim_run, tell_run
from payments.reports.sources import find_source
from payments.reports.tasks import work_off_runs
from receipts.documents.calls import renderer
from tests.concurrency import run_together, wait_until
from tests.factories.desk import batch_of, take, today
from tests.notifications.processes import processes

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(run):
    run.refresh_from_db()
    return run


@pytest.fixture
def celery(settings, tmp_path, monkeypatch):
    """Worker processes, that can be killed."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setenv("MEDIA_ROOT", settings.MEDIA_ROOT)
    with processes(tmp_path / "celery.log", mail_port=9, settings_module="pops.settings") as group:
        yield group


def test_a_worker_that_is_killed_in_the_middle_leaves_its_run_to_the_next(ruth, celery, monkeypatch):
    """Its statement waits for the table, so that it surely is in the middle."""
    monkeypatch.setattr(renderer, "nudge", lambda: None)  # the receipt's PDF would wait for the table before it
    batch_of(ruth)
    take(ruth)
    wish = Wish(find_source("pops-payments"), "span=today", Format.CSV, ruth, today(), timezone.now())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE receipts_transaction")
        run = run_together([lambda: ask_for_run(wish=wish)])[0]
        killed = celery.start(queue="documents")
        wait_until(lambda: fresh(run).is_running)
        celery.kill(killed)
    silent = fresh(run)
    assert (silent.state, silent.attempt) == ("running", 1)
    assert claim_run(now=silent.touched_at + DEAD - dt.timedelta(seconds=1)) is None

    ReportRun.objects.update(touched_at=silent.touched_at - DEAD)
    celery.start(queue="documents")
    work_off_runs.delay()

    wait_until(lambda: not fresh(run).is_open)
    assert (run.state, run.attempt, run.rows_done) == ("done", 2, 1)
    assert b",50.00," in run.file.read()


@pytest.mark.usefixtures("by_hand")
def test_a_killed_workers_run_is_taken_up_again_from_its_beginning(ask):
    """As of the day on which it was asked, be it the next one by now: what is of today stays that day's."""
    yesterday = today() - dt.timedelta(days=1)
    run = ask_for_run(wish=ask(today=yesterday))
    dead = claim_run(now=timezone.now() - DEAD - dt.timedelta(seconds=5))
    tell_run(run=dead, rows=4_000, now=timezone.now() - DEAD - dt.timedelta(seconds=1))

    work_off_runs()

    assert (fresh(run).state, run.attempt, run.rows_done) == ("done", 2, 5_000)
    assert (run.said, str(yesterday) in run.download_name) == ([f"5000 numbers on {yesterday}"], True)
    assert ask_for_run(wish=ask()) != run
    assert not tell_run(run=dead, rows=4_500, now=timezone.now())  # it was only slow: it writes nothing more


@pytest.mark.usefixtures("by_hand")
def test_what_a_killed_worker_was_at_can_be_cancelled_and_the_next_is_made(ask, ruth):
    dead, waits = ask_for_run(wish=ask()), ask_for_run(wish=ask(6_000))
    claim_run(now=timezone.now())

    cancel_run(run_id=dead.pk, now=timezone.now(), by=ruth)
    work_off_runs()

    assert (fresh(dead).state, fresh(waits).state) == ("cancelled", "done")


@pytest.mark.usefixtures("by_hand")
def test_what_kills_its_worker_each_time_is_given_up_in_words(ask):
    run = ask_for_run(wish=ask())
    for _ in range(ATTEMPTS):
        assert claim_run(now=timezone.now()) == run
        ReportRun.objects.update(touched_at=timezone.now() - 2 * DEAD)

    work_off_runs()

    assert (fresh(run).state, run.problem[:23]) == ("failed", "It broke off 3 times. A")
