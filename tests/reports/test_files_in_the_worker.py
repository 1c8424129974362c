"""Long reports are made by a worker: once each, seen on the way, fetched later, by who asked and still may."""

import datetime as dt
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from payments.reports.models import Export, ReportRun
from payments.reports.runs import asking, watching
from payments.reports.runs.asking import ask_for_run, cancel_run, export_at_once
from payments.reports.runs.keeping import REMEMBERED
from payments.reports.runs.making import KEPT, claim_run
from payments.reports.tasks import forget_files, work_off_runs
from pops.core.refusals import Refused
from tests.concurrency import run_together, wait_until
from tests.factories.accounts import PatientFactory
from tests.factories.staff import DESK, MANAGER, member

pytestmark = [pytest.mark.usefixtures("by_hand"), pytest.mark.django_db(transaction=True)]


def fresh(run):
    run.refresh_from_db()
    return run


def page_of(run):
    return reverse("backoffice:report_run", args=[run.pk])


def file_of(run):
    return reverse("backoffice:report_file", args=[run.pk])


def content(answer):
    return b"".join(answer.streaming_content)


def test_some_thousand_rows_are_answered_at_once_and_noted(ask, ruth, client_of):
    wish = ask(3_000)
    answer = client_of(ruth).post(
        reverse("backoffice:make_file", args=["samples"]), {"question": "3000", "format": "xlsx"}
    )

    assert answer.headers["Content-Disposition"] == f'attachment; filename="samples-{wish.today}.xlsx"'
    assert content(answer)[:2] == b"PK"
    noted = Export.objects.get()
    assert (noted.exported_by, noted.rows, noted.format, noted.run_number) == (ruth, 3_000, "xlsx", None)
    assert (noted.question, noted.said, noted.columns) == ("3000", [f"3000 numbers on {wish.today}"], ["Number"])
    assert not ReportRun.objects.exists()


def test_more_are_made_by_a_worker_kept_for_a_week_and_noted(ask, ruth, client_of):
    client = client_of(ruth)
    answer = client.post(reverse("backoffice:make_file", args=["samples"]), {"question": "3001", "format": "csv"})
    run = ReportRun.objects.get()
    assert answer.url == page_of(run)
    assert "Waiting for its turn" in client.get(answer.url).content.decode()
    assert not Export.objects.exists()

    work_off_runs()

    assert (fresh(run).state, run.rows_done, run.rows_total, run.size) == (
        "done",
        3001,
        3001,
        default_storage.size(run.file.name),
    )
    assert run.expires_at - run.ended_at == KEPT
    assert content(client.get(file_of(run))).splitlines()[-1] == b"3000"
    assert Export.objects.get().run_number == run.pk
    assert "Download" in client.get(page_of(run)).content.decode()


def test_asked_twice_it_is_the_same_run_and_nobody_fills_the_queue(ask):
    run = ask_for_run(wish=ask())
    assert ask_for_run(wish=ask()) == run
    for rows in range(5_001, 5_005):
        ask_for_run(wish=ask(rows))

    with pytest.raises(Refused, match="5 files of yours"):
        ask_for_run(wish=ask(6_000))


def test_nobody_carries_away_file_after_file(ask, ruth, client_of, monkeypatch):
    monkeypatch.setattr(asking, "FILES_AN_HOUR", 1)
    export_at_once(wish=ask(1))

    with pytest.raises(Refused, match="within the hour"):
        export_at_once(wish=ask(2))
    with pytest.raises(Refused, match="within the hour"):
        ask_for_run(wish=ask())
    page = client_of(ruth).get(reverse("admin:receipts_receipt_changelist")).content.decode()
    assert "You exported 1 files within the hour. Try again later." in page
    assert 'name="format"' not in page


def test_nobody_else_has_it_whatever_their_rights(ask, client_of):
    run = ask_for_run(wish=ask())
    work_off_runs()
    stranger = client_of(member(MANAGER, is_superuser=True))

    assert stranger.get(page_of(run)).status_code == 404
    assert stranger.get(file_of(run)).status_code == 404
    assert stranger.post(reverse("backoffice:cancel_run", args=[run.pk])).status_code == 404
    assert stranger.post(reverse("backoffice:run_again", args=[run.pk])).status_code == 404
    assert str(run) not in stranger.get(reverse("backoffice:report_runs")).content.decode()


def test_who_lost_the_right_fetches_nothing_and_gets_nothing_made(ask, ruth, client_of):
    made, waiting = ask_for_run(wish=ask()), ask_for_run(wish=ask(6_000))
    work_off_runs()
    ruth.groups.set(member(DESK).groups.all())
    work_off_runs()
    client = client_of(ruth)

    answer = client.get(file_of(made), follow=True)
    assert "You have not the right to Samples any more." in answer.content.decode()
    assert "Download" not in answer.content.decode()
    assert (fresh(waiting).state, waiting.file.name) == ("failed", "")
    assert "was taken away" in waiting.problem
    assert Export.objects.count() == 1
    again = client.post(reverse("backoffice:make_file", args=["samples"]), {"question": "1", "format": "csv"})
    assert again.status_code == 403


def test_what_was_made_with_the_right_to_see_confidential_visits_is_gone_with_it(ask, ruth, client_of):
    run = ask_for_run(wish=ask())
    work_off_runs()
    ReportRun.objects.filter(pk=run.pk).update(saw_confidential=True)
    role = ruth.groups.get()
    role.permissions.remove(*role.permissions.filter(codename="see_confidential"))

    assert "confidential" in client_of(ruth).get(file_of(run), follow=True).content.decode()


def test_what_names_a_visit_that_became_confidential_meanwhile_is_not_for_who_may_not_see_it(ask, ruth, client_of):
    patient = PatientFactory()
    PatientFactory(is_confidential=True)
    role = ruth.groups.get()
    role.permissions.remove(*role.permissions.filter(codename="see_confidential"))
    run = ask_for_run(wish=ask())
    work_off_runs()
    assert client_of(ruth).get(file_of(run)).status_code == 200

    patient.is_confidential = True
    patient.save()

    assert "became confidential" in client_of(ruth).get(file_of(run), follow=True).content.decode()
    assert client_of(ruth).get(file_of(ask_for_run(wish=ask(6_000)))).status_code == 302


def test_two_workers_take_one_run_and_no_second_one_beside_it(ask):
    ask_for_run(wish=ask())
    ask_for_run(wish=ask(6_000))

    claimed = run_together([lambda: claim_run(now=timezone.now())] * 4)

    assert len([run for run in claimed if run]) == 1


def test_cancelled_while_it_waits_it_is_never_begun(ask, ruth):
    run = ask_for_run(wish=ask())
    cancel_run(run_id=run.pk, now=timezone.now(), by=ruth)

    work_off_runs()

    assert (fresh(run).state, run.attempt) == ("cancelled", 0)
    with pytest.raises(Refused, match="nothing to cancel"):
        cancel_run(run_id=run.pk, now=timezone.now(), by=ruth)


def test_cancelled_between_two_rows_it_leaves_nothing(ask, samples, ruth, monkeypatch):
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.05)

    def rows(number):
        yield (1,)
        _cancel(ruth)
        wait_until(lambda: any("watch" in one.name for one in threading.enumerate()) is False)
        yield (2,)

    samples.rows = rows
    run = ask_for_run(wish=ask())
    work_off_runs()

    assert (fresh(run).state, run.file.name) == ("cancelled", "")
    assert not Export.objects.exists()
    assert not default_storage.exists(run.stored_name)


def test_a_statement_that_takes_long_is_broken_off(ask, samples, ruth, monkeypatch):
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.05)

    def rows(number):
        _cancel(ruth)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(600)")
        yield (1,)

    samples.rows = rows
    run = ask_for_run(wish=ask())
    work_off_runs()

    assert fresh(run).state == "cancelled"
    assert ReportRun.objects.count() == 1  # the connection still serves


def _cancel(user):
    """As another request does, on a connection of its own."""
    run = ReportRun.objects.get()
    run_together([lambda: cancel_run(run_id=run.pk, now=timezone.now(), by=user)])


def test_what_breaks_off_says_so_and_logs_nothing_of_what_it_read(ask, samples, caplog, ruth, client_of):
    def rows(number):
        yield (1,)
        raise ValueError("Maria Alvarez")

    samples.rows = rows
    run = ask_for_run(wish=ask())
    work_off_runs()

    assert (fresh(run).state, run.problem[:13]) == ("failed", "It broke off.")
    assert "Maria" not in caplog.text + run.problem
    samples.rows = None
    answer = client_of(ruth).post(reverse("backoffice:run_again", args=[run.pk]))
    work_off_runs()
    assert ReportRun.objects.first().is_done
    assert answer.url == page_of(ReportRun.objects.first())


def test_an_odd_question_is_answered_in_words(ask, ruth, client_of):
    with pytest.raises(Refused, match="no such number"):
        export_at_once(wish=ask("x"))
    run = ask_for_run(wish=ask("x"))
    work_off_runs()

    assert (fresh(run).state, run.problem) == ("failed", "There is no such number.")
    odd = client_of(ruth).post(reverse("backoffice:make_file", args=["samples"]), {"question": "1", "format": "exe"})
    assert odd.status_code == 302


def test_files_go_after_a_week_and_rows_after_some_months(ask, ruth, client_of):
    run = ask_for_run(wish=ask())
    work_off_runs()
    name = fresh(run).file.name
    forget_files()
    assert default_storage.exists(name)

    ReportRun.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    forget_files()
    assert not default_storage.exists(name)
    assert "deleted after a week" in client_of(ruth).get(file_of(run), follow=True).content.decode()

    ReportRun.objects.update(ended_at=timezone.now() - REMEMBERED - dt.timedelta(days=1))
    forget_files()
    assert not ReportRun.objects.exists()
    assert Export.objects.count() == 1
