"""How migrations take tables that are in use."""

from django.db.backends.postgresql import schema

# What a table's readers and writers wait for at most while a migration, first in their queue, waits for one who has it.
AT_MOST = "1s"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's own, but a migration that can't have a table soon gives up the place in front of all who come after it.

    `manage.py migrate` asks again. One of `atomic = False` waits as long as it takes: an index that is built beside its
    writers waits for every transaction that began before it.
    """

    def __enter__(self) -> "DatabaseSchemaEditor":
        super().__enter__()
        if self.atomic_migration:
            with self.connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = %s", [AT_MOST])
        return self
