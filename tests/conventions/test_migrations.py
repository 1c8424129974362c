"""Migrations run while payments come in: what both take, both take in one order, and nothing is held for long."""

from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.models import AddIndex, CreateModel
from django.db.migrations.state import ProjectState

from payments.models import Payment
from pops.core.postgresql.foreign_keys import build_missing
from pops.core.postgresql.indexes import BuildIndex
from pops.core.practice.management.commands import migrate
from pops.core.practice.models import Facility
from tests.factories.practice import FacilityFactory

LOCK = "LOCK TABLE receipts_receipt, receipts_transaction, receipts_posting IN ACCESS EXCLUSIVE MODE"
WRITTEN_BY_A_PAYMENT = {"receipt", "transaction", "posting"}


def touched(migration):
    """The tables of receipts that a migration finds there and shuts. An index only keeps writers out."""
    made = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
    shutting = [one for one in migration.operations if not isinstance(one, AddIndex)]
    return {getattr(one, "model_name", "").lower() for one in shutting} - made


def test_a_migration_of_receipts_locks_them_in_the_order_of_a_payment():
    ours = {key: one for key, one in MigrationLoader(None).disk_migrations.items() if key[0] == "receipts"}
    several = {key: one for key, one in ours.items() if len(touched(one) & WRITTEN_BY_A_PAYMENT) > 1}

    assert several
    for key, migration in several.items():
        first = migration.operations[0]
        assert isinstance(first, RunSQL), f"{key}: begin with {LOCK}"
        assert first.sql == LOCK, key


def shutting(migration):
    """The indexes that a migration adds to tables which were there before: nobody writes to those meanwhile."""
    made = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
    plain = [one for one in migration.operations if isinstance(one, AddIndex) and not isinstance(one, BuildIndex)]
    return [one.index.name for one in plain if one.model_name.lower() not in made]


def test_an_index_of_a_table_in_use_is_built_beside_its_writers():
    ours = {app.label for app in apps.get_app_configs() if Path(app.path).parent.is_relative_to(settings.BASE_DIR)}
    ours -= {app.label for app in apps.get_app_configs() if "site-packages" in app.path}
    migrations = {key: one for key, one in MigrationLoader(None).disk_migrations.items() if key[0] in ours}

    assert len(migrations) > 40
    found = {key: shutting(one) for key, one in migrations.items()}
    assert {key: names for key, names in found.items() if names} == {}, "BuildIndex, in a migration of its own"


@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_cut_off_is_built_anew_and_one_that_is_there_stays():
    index = BuildIndex("facility", models.Index(fields=["name"], name="built_beside"))
    state = ProjectState.from_apps(apps)

    def ask(
        sql="SELECT indisvalid, pg_get_indexdef(indexrelid) FROM pg_index WHERE indexrelid = 'built_beside'::regclass",
    ):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()

    def build():
        with connection.schema_editor(atomic=False) as editor:
            index.database_forwards("practice", editor, state, state)
        return ask()

    FacilityFactory.create_batch(2, name="Twice")
    with pytest.raises(IntegrityError):  # what a build leaves that did not end
        connection.cursor().execute("CREATE UNIQUE INDEX CONCURRENTLY built_beside ON practice_facility (name)")
    try:
        assert ask()[0] is False
        valid, first = build()
        assert valid
        assert "UNIQUE" not in first
        assert build() == (True, first)
    finally:
        connection.cursor().execute("DROP INDEX built_beside")


INDEXES_OF_SESSION = """
    SELECT i.indisvalid, pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = 'payments_payment'::regclass AND a.attname = 'session_id'
"""


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_that_comes_to_a_table_in_use_gets_its_index_beside_the_writers(capsys):
    """Its migration adds the column alone, in no time; a build that was cut off is begun anew by the next migrate."""
    payment, session = Payment, Payment._meta.get_field("session")

    def indexes():
        with connection.cursor() as cursor:
            cursor.execute(INDEXES_OF_SESSION)
            return cursor.fetchall()

    ((valid, definition),) = indexes()
    with connection.schema_editor() as editor:
        editor.execute(f"DROP INDEX {definition.split()[2]}")
        assert editor._field_indexes_sql(payment, session) == []
    with connection.cursor() as cursor:
        cursor.execute(definition)
        cursor.execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{definition.split()[2]}'::regclass")
    call_command("migrate")

    assert (valid, indexes()) == (True, [(True, definition)])
    assert "payments_payment.session_id" in capsys.readouterr().out
    assert build_missing(connection) == []


@pytest.fixture
def reading(transactional_db):
    """Somebody reads facilities, and goes on doing so: a report. Returns what ends it."""
    reads, ends = Event(), Event()

    def read():
        with transaction.atomic():
            list(Facility.objects.all())
            reads.set()
            ends.wait(60)
        connection.close()

    reader = Thread(target=read)
    reader.start()
    reads.wait(60)

    def end():
        ends.set()
        reader.join()

    yield end
    end()


def shut_facilities():
    """As a migration does that adds a column."""
    with connection.schema_editor() as editor:
        editor.execute("LOCK TABLE practice_facility IN ACCESS EXCLUSIVE MODE")


def test_a_migration_that_cannot_have_a_table_gives_it_up_and_is_asked_again(reading, monkeypatch, capsys):
    migrations, pauses = [], []

    def handle(self, *args, **options):
        migrations.append("begun")
        shut_facilities()
        migrations.append("done")

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            reading()

    monkeypatch.setattr(DjangosMigrate, "handle", handle)
    monkeypatch.setattr(migrate, "time", SimpleNamespace(sleep=pause))
    call_command("migrate")

    assert migrations == ["begun", "begun", "begun", "done"]
    assert capsys.readouterr().out.count("a table that it shuts is in use") == 2


def test_a_migration_that_never_gets_its_table_says_who_to_look_for(monkeypatch):
    def handle(self, *args, **options):
        raise OperationalError("canceling statement due to lock timeout") from migrate.LockNotAvailable()

    monkeypatch.setattr(DjangosMigrate, "handle", handle)
    monkeypatch.setattr(migrate, "time", SimpleNamespace(sleep=lambda seconds: None))

    with pytest.raises(CommandError, match="this one is not, and what runs goes on"):
        call_command("migrate")
