"""One transaction for a call and the services that it calls.

A service opens its transaction; within that of a form or of a call of the API Django makes a savepoint of it. To
PostgreSQL what is locked within a savepoint is locked by another transaction, so that each foreign key that is checked
at commit notes two lockers of the same row: the commit of a payment took the database four times as long.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

_is_whole = ContextVar("is_whole", default=False)


@contextmanager
def whole() -> Iterator[None]:
    """One transaction: whatever a service raises within it takes all of it away. Don't catch it in there."""
    with transaction.atomic():
        token = _is_whole.set(True)
        try:
            yield
        finally:
            _is_whole.reset(token)


def joined() -> Any:
    """The transaction of a service: its own, or a part of whole(), then without a savepoint."""
    return transaction.atomic(savepoint=not _is_whole.get())


class Told(Exception):
    """The database told something (RAISE INFO) of what was sent along with a question."""


@contextmanager
def along(sql: str, params: Sequence[Any]) -> Iterator[None]:
    """Within a transaction, send a statement along with the first question that is asked in here: no round trip more.

    Only the question's results come back. What the statement itself has to say it raises as INFO, which reaches us
    whatever the settings are: then Told is raised instead of what else came of it. It is sent though nothing is asked.
    """
    rider = _Rider(sql, params)
    connection.execute_wrappers.append(rider)
    try:
        yield
    finally:
        rider.send_alone()


class _Rider:
    def __init__(self, sql: str, params: Sequence[Any]) -> None:
        self.sql, self.params = sql, params

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """The last of the wrappers, as what others put before a question depends on how that begins."""
        cursor = context["cursor"]
        if many or cursor.name:  # what runs several times, or is a part of a DECLARE
            self.send_alone()
            return execute(sql, params, many, context)
        connection.execute_wrappers.remove(self)
        before = cursor.mogrify(self.sql, self.params).decode()
        try:
            return execute(f"{before if params is None else before.replace('%', '%%')};\n{sql}", params, many, context)
        finally:
            _listen()  # though the question failed

    def send_alone(self) -> None:
        if self in connection.execute_wrappers:
            connection.execute_wrappers.remove(self)
            with connection.cursor() as cursor:
                cursor.execute(self.sql, self.params)
            _listen()


def _listen() -> None:
    """Raises Told once: it is heard no second time."""
    notices: list[str] = connection.connection.notices
    told = [notice for notice in notices if notice.startswith("INFO")]
    if told:
        notices.clear()
        raise Told(told[-1])
