"""How migrations take tables that are in use."""

from typing import Any

from django.db.backends.postgresql import schema

# What a table's readers and writers wait for at most while a migration, first in their queue, waits for one who has it.
AT_MOST = "1s"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's own, but a migration that can't have a table soon gives up the place in front of all who come after it.

    `manage.py migrate` asks again. One of `atomic = False` waits as long as it takes: an index that is built beside its
    writers waits for every transaction that began before it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: set[str] = set()

    def __enter__(self) -> "DatabaseSchemaEditor":
        super().__enter__()
        if self.atomic_migration:
            with self.connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = %s", [AT_MOST])
        return self

    def create_model(self, model: Any) -> None:
        self._made.add(model._meta.db_table)
        super().create_model(model)

    def _field_indexes_sql(self, model: Any, field: Any) -> list[Any]:
        """A foreign key that comes to a table in use has none yet: foreign_keys.build_missing() builds it."""
        if model._meta.db_table not in self._made and self.is_by_number(model, field):
            return []
        django: Any = super()
        indexes: list[Any] = django._field_indexes_sql(model, field)
        return indexes

    def is_by_number(self, model: Any, field: Any) -> bool:
        """Whether a field is a foreign key of one plain index. One by text has two; there is none on a large table."""
        django: Any = self
        return bool(field.many_to_one and field.db_index) and django._create_like_index_sql(model, field) is None
