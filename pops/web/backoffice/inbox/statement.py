"""The one statement of the inbox, put together once for those who see the same kinds.

Its text doesn't change, and to put a dozen kinds together takes as long as all else of a page of the back office. What
it asks with does: each moment is so far from now, each day from today, and moves with it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from pops.core.accounts.confidential import sees_confidential
from pops.web.backoffice.inbox.declaration import Asking, Kind, Row


@dataclass(frozen=True)
class Statement:
    """A statement and what it asked with when it was put together."""

    sql: str
    parameters: Sequence[Any]
    now: dt.datetime
    today: dt.date

    def parameters_of(self, asking: Asking) -> list[Any]:
        """What it asks with now."""
        return [self._moved(value, asking) for value in self.parameters]

    def _moved(self, value: Any, asking: Asking) -> Any:
        if isinstance(value, dt.datetime):
            return asking.now + (value - self.now)
        return asking.today + (value - self.today) if isinstance(value, dt.date) else value


# What else than the time it depends on is in its key: see kinds.py.
_known: dict[Any, Statement] = {}


def read_rows(kinds: Sequence[Kind], asking: Asking) -> list[Row]:
    """The open entries of these kinds."""
    key = tuple(kind.name for kind in kinds), sees_confidential(asking.user), asking.practice.batch_open_days
    statement = _known.get(key)
    if statement is None:
        statement = _known[key] = put_together(kinds, asking)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.parameters_of(asking))
        return [Row(*row) for row in cursor.fetchall()]


def put_together(kinds: Sequence[Kind], asking: Asking) -> Statement:
    """All kinds in one statement."""
    first, *others = [kind.open_rows(asking) for kind in kinds]
    rows = first.union(*others, all=True) if others else first
    return Statement(*rows.query.sql_with_params(), now=asking.now, today=asking.today)
