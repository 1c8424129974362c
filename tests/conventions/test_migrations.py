"""Migrations run while payments come in: what both take, both take in one order."""

from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.models import AddIndex, CreateModel

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
