"""Emptying the database after a test that committed. Django's flush makes every table and all rights anew, which takes
ten times as long."""

import time
from functools import cache
from typing import Any

from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg2.errors import LockNotAvailable

# Made by migrations, and changed by few tests.
RIGHTS = ("auth_group", "auth_group_permissions", "auth_permission", "django_content_type")
# A worker that is ended may be at its last task.
PATIENCE = 60  # seconds
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
    """Once all tables are free at once: waiting for one of them while others are held can deadlock."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN ACCESS EXCLUSIVE MODE NOWAIT")
                return _delete(cursor)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable) or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _delete(cursor: Any) -> None:
    ask = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _tables())
    cursor.execute(ask)
    filled = [name for (name,) in cursor.fetchall()]
    # No trigger and no foreign key is asked: all of it goes.
    cursor.execute("SET LOCAL session_replication_role = replica")
    for name in filled:
        cursor.execute(f"DELETE FROM {name}")
