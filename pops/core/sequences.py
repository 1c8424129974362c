"""The database's sequences: what numbers receipts, batches, messages and all else."""

from dataclasses import dataclass

from django.db import connection, models


@dataclass(frozen=True)
class Sequence:
    """A sequence as PostgreSQL names it, and the number before its next: the last that it gave, if it gave one."""

    name: str
    last: int


def get_sequence(model: type[models.Model]) -> Sequence:
    """The one that numbers a model's rows. Raises LookupError when they are not numbered."""
    column = str(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, column])
        (name,) = cursor.fetchone()
    for sequence in find_sequences():
        if sequence.name == name:
            return sequence
    raise LookupError(f"No sequence numbers {model._meta.label}.{column}")


def find_sequences() -> list[Sequence]:
    """All sequences of this product's tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences"
            " WHERE schemaname = current_schema() ORDER BY sequencename"
        )
        names = [name for (name,) in cursor.fetchall()]
        # Each knows itself where it begins: pg_sequences says nothing of one that gave no number.
        ask = " UNION ALL ".join(f"SELECT %s, last_value - (NOT is_called)::int FROM {name}" for name in names)  # noqa: S608
        cursor.execute(ask, names)
        return [Sequence(*row) for row in cursor.fetchall()]


def move_on(sequence: Sequence, *, to: int) -> None:
    """Have the next number be above `to`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s::regclass, %s)", [sequence.name, to])
