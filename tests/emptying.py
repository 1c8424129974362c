"""Emptying the database after a test that committed. Django's flush makes every table and all rights anew, which takes
ten times as long."""

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase

# Made by migrations, and changed by few tests.
RIGHTS = ("auth_group", "auth_group_permissions", "auth_permission", "django_content_type")
_flush = TransactionTestCase._fixture_teardown
_seen: list[str] = []  # the rights as the last flush left them


def empty_database(test: TransactionTestCase) -> None:
    """Delete all rows but the rights. Where a test changed those too, flush."""
    if _seen == [_ask_rights()]:
        _delete_rows()
    else:
        _flush(test)
        _seen[:] = [_ask_rights()]


def _ask_rights() -> str:
    all_of = ", ".join(f"(SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t)" for table in RIGHTS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(' ', {all_of})")
        return str(cursor.fetchone()[0])


@cache
def _tables() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(connection.ops.quote_name(table) for table in set(tables) - set(RIGHTS))


def _delete_rows() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # What another connection is still writing is waited for, as flush does.
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN SHARE ROW EXCLUSIVE MODE")
        ask = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _tables())
        cursor.execute(ask)
        filled = [name for (name,) in cursor.fetchall()]
        # No trigger and no foreign key is asked: all of it goes.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")
