"""One transaction for a call and the services that it calls.

A service opens its transaction; within that of a form or of a call of the API Django makes a savepoint of it. To
PostgreSQL what is locked within a savepoint is locked by another transaction, so that each foreign key that is checked
at commit notes two lockers of the same row: the commit of a payment took the database four times as long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

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
