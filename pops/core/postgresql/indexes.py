"""Indexes for tables that are in use while a migration runs."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently

IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(%s))"


class BuildIndex(AddIndexConcurrently):
    """Build an index while the table is read and written. Its migration says `atomic = False`.

    It may be run again: one that is there stays, and one that was cut off, which nobody uses, is built anew.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(IS_VALID, [self.index.name])
            found = cursor.fetchone()
        if found == (True,):
            return
        if found:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
