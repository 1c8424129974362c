"""Imports of the back office are worked off by the worker: once each, by another one when the first died."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from pops.core.accounts.models import Guarantor
from pops.core.imports.brought import DEAD, ask_for_check, ask_for_load, bring_file, claim_import, find_waiting
from pops.core.imports.models import AccountImport
from pops.core.imports.staging import find_left_tables, staging_table
from pops.core.imports.tasks import forget_imports, work_off_imports
from pops.core.refusals import Refused
from tests.concurrency import wait_until
from tests.factories.imports import GUARANTORS
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory
from tests.factories.staff import ADMIN, member

COLUMNS = {"account_number": "account_number", "name": "name", "email": "", "phone": ""}


@pytest.fixture
def brought(db):
    """A file of one guarantor that was brought."""
    PracticeFactory()
    GroupFactory()
    file = ContentFile(GUARANTORS.encode(), name="guarantors.csv")
    return bring_file(file=file, kind="", by=member(ADMIN))


def state_of(run):
    run.refresh_from_db()
    return run.state


@pytest.mark.django_db(transaction=True)
def test_a_worker_checks_and_loads_what_is_asked_for(brought, worker):
    ask_for_check(run_id=brought.pk, columns=COLUMNS, by=brought.brought_by)
    wait_until(lambda: state_of(brought) == "checked")
    assert not Guarantor.objects.exists()

    ask_for_load(run_id=brought.pk, skip_bad=False, by=brought.brought_by)
    wait_until(lambda: state_of(brought) == "done")
    assert (Guarantor.objects.get().name, Guarantor.objects.get().email) == ("Maria Alvarez", "")


def test_one_worker_takes_it_and_another_when_that_died(brought):
    now = timezone.now()
    with transaction.atomic():
        ask_for_check(run_id=brought.pk, columns=COLUMNS, by=brought.brought_by)

    assert claim_import(run_id=brought.pk, now=now) == brought
    assert claim_import(run_id=brought.pk, now=now) is None
    assert find_waiting(now=now + DEAD - dt.timedelta(seconds=1)) == []
    assert find_waiting(now=now + DEAD + dt.timedelta(seconds=1)) == [brought.pk]


def test_what_is_worked_on_or_was_not_checked_is_not_loaded(brought):
    with pytest.raises(Refused, match="Check the file first"):
        ask_for_load(run_id=brought.pk, skip_bad=False, by=brought.brought_by)

    ask_for_check(run_id=brought.pk, columns=COLUMNS, by=brought.brought_by)
    with pytest.raises(Refused, match="being worked on"):
        ask_for_check(run_id=brought.pk, columns=COLUMNS, by=brought.brought_by)


def test_one_that_breaks_off_says_so_and_logs_nothing_of_what_it_read(brought, monkeypatch, caplog):
    ask_for_check(run_id=brought.pk, columns=COLUMNS, by=brought.brought_by)

    def break_off(*args, **facts):
        raise ValueError("Maria Alvarez")

    monkeypatch.setattr("pops.core.imports.runs.check_all", break_off)
    work_off_imports()

    assert (state_of(brought), brought.problem[:13]) == ("refused", "It broke off.")
    assert "Maria" not in caplog.text
    assert find_left_tables() == []


def test_what_dead_imports_left_is_cleared(brought):
    run = AccountImport.objects.create(name="killed.csv", state=AccountImport.State.LOADING)
    with transaction.atomic():
        from_dead = staging_table(run.pk)
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(f"CREATE TABLE {from_dead} (line int)")
    forget_imports()
    assert find_left_tables() == [from_dead]

    AccountImport.objects.filter(pk=run.pk).update(brought_at=timezone.now() - dt.timedelta(days=2))
    forget_imports()

    assert find_left_tables() == []
    assert state_of(run) == "refused"


def test_a_file_that_says_itself_what_it_holds_has_no_columns_to_match(db, client_of):
    """FHIR resources, by the pages of the back office."""
    PracticeFactory()
    GroupFactory()
    ProviderFactory(name="Priya Raman, MD")
    FacilityFactory(name="Lakeside Main Clinic")
    client = client_of(member(ADMIN))
    with (Path(settings.BASE_DIR) / "docs" / "samples" / "fhir.ndjson").open("rb") as file:
        answer = client.post(reverse("backoffice:imports"), {"file": file})
    run = AccountImport.objects.get()

    assert answer.url == reverse("backoffice:import_columns", args=[run.pk])
    page = client.get(answer.url).content.decode()
    assert "there are no columns to match" in page
    assert "What the columns are" not in page
    client.post(answer.url, {})
    work_off_imports()
    assert state_of(run) == "checked"
    page = client.get(reverse("backoffice:import", args=[run.pk])).content.decode()
    assert "Load 5 lines" in page
    assert "Match columns again" not in page

    client.post(reverse("backoffice:import", args=[run.pk]), {"bad": 0})
    work_off_imports()
    assert (state_of(run), run.new) == ("done", 5)
