"""Indexes of foreign keys that came to tables in use: built once the migrations have run, beside who writes.

Within its migration such an index shuts the table for as long as a million rows are read. Which ones are missing is
seen in the database: what was cut off is built by the next `manage.py migrate`.
"""

from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

# Of these columns, those which are there and have no index of their own that is whole.
MISSING = """
SELECT wanted.tables, wanted.columns
FROM unnest(%s::text[], %s::text[]) AS wanted (tables, columns)
JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(wanted.tables)) AND a.attname = wanted.columns
WHERE NOT EXISTS (
    SELECT FROM pg_index i
    WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum AND i.indnatts = 1 AND i.indpred IS NULL AND i.indisvalid
)
"""


def build_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Build the indexes of foreign keys that are missing, and give the columns that have one now."""
    fields = {
        (model._meta.db_table, field.column): (model, field)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
    }
    own: Any = connection
    with own.schema_editor(atomic=False) as editor:
        keys = [key for key, (model, field) in fields.items() if editor.is_by_number(model, field)]
        with connection.cursor() as cursor:
            cursor.execute(MISSING, [[table for table, _ in keys], [column for _, column in keys]])
            missing = [(table, column) for table, column in cursor.fetchall()]
        for key in missing:
            _build(editor, *fields[key])
    return [".".join(key) for key in missing]


def _build(editor: Any, model: Any, field: Any) -> None:
    """Under the name that Django gives it, which may be that of a build that was cut off."""
    name = editor._create_index_name(model._meta.db_table, [field.column])
    editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(name)}")
    editor.execute(editor._create_index_sql(model, fields=[field], concurrently=True))
