"""What a transaction holds until its end, taken in one order so that nobody waits in a circle.

The order: the days, earliest first; then an attempt's row (payments.recording); then the guarantor's row; then a
batch's row, or the clerk whose first payment of the day opens one; last the patients whose service lines money is
applied to (receipts.owed.lock_lines). Recording money shares its day with others who record, closing takes the day
alone: payments never wait for each other, a close waits for those in flight, and every statement after the lock sees
what was committed before it was granted.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

# "POPS" in ASCII: the namespace of the days' advisory locks.
DAY_LOCKS = 0x504F5053


class NotHeld(Exception):
    """A writer was called without the lock that it needs: an error in the program, nobody's fault who asked."""


class HoldsAnother(NotHeld):
    """An account was merged into another one after it was read whose money it is: whoever asked may look again."""


@dataclass(frozen=True)
class Held:
    """What is held: days shared with others who record money, days held alone, and one guarantor's row."""

    days: frozenset[dt.date]
    alone: frozenset[dt.date]
    guarantor_id: int | None

    def need(self, *, day: dt.date | None = None, alone: dt.date | None = None, guarantor: int | None = None) -> None:
        """Raises NotHeld unless all of these are held, HoldsAnother for another guarantor. A day held alone is held."""
        if guarantor is not None and self.guarantor_id not in (None, guarantor):
            raise HoldsAnother(f"{self} is not guarantor {guarantor}")
        lacks = [
            day is not None and day not in self.days | self.alone,
            alone is not None and alone not in self.alone,
            guarantor is not None and guarantor != self.guarantor_id,
        ]
        if any(lacks):
            raise NotHeld(f"{self} lacks day {day}, {alone} alone or guarantor {guarantor}")


# And "POPT": of the clerks'.
CLERK_LOCKS = 0x504F5054


# The function is called row by row, in the order of the arrays.
HOLD = f"""
WITH day AS MATERIALIZED (
    SELECT CASE WHEN alone THEN pg_advisory_xact_lock({DAY_LOCKS}, day)
                ELSE pg_advisory_xact_lock_shared({DAY_LOCKS}, day) END
    FROM unnest(%(days)s::int[], %(alone)s::bool[]) AS wanted (day, alone)
)
SELECT g.id FROM (SELECT count(*) FROM day) AS held
LEFT JOIN accounts_guarantor g ON g.id = %(guarantor)s
"""  # noqa: S608  a constant of ours
HOLD_GUARANTOR = HOLD.replace("LEFT JOIN", "JOIN") + "FOR NO KEY UPDATE OF g"
HOLD_EACH = HOLD.replace("LEFT JOIN", "JOIN").replace("= %(guarantor)s", "= ANY(%(guarantor)s)")
HOLD_EACH += "ORDER BY g.id FOR NO KEY UPDATE OF g"


def hold(*, days: Iterable[dt.date] = (), alone: Iterable[dt.date] = (), guarantor: int | None = None) -> Held:
    """Hold practice-local dates, shared or alone, and a guarantor's row, in one statement.

    Call it first in a transaction, once: what is held already can't be held in order any more. Raises
    Guarantor.DoesNotExist by way of the caller's own reading: a guarantor who isn't there is not held.
    """
    held = Held(frozenset(days), frozenset(alone), guarantor)
    _hold(HOLD if guarantor is None else HOLD_GUARANTOR, held, guarantor)
    return held


def hold_clerk(user_id: int) -> None:
    """Wait for this member of staff's other payments that open a batch, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [CLERK_LOCKS, user_id % 2**31])


def hold_each(*, days: Iterable[dt.date] = (), guarantors: Iterable[int]) -> dict[int, Held]:
    """As hold(), for several guarantors at once, lowest id first: what is held for each."""
    ids, shared = sorted(set(guarantors)), frozenset(days)
    _hold(HOLD_EACH, Held(shared, frozenset(), None), ids)
    return {guarantor: Held(shared, frozenset(), guarantor) for guarantor in ids}


def _hold(sql: str, held: Held, guarantor: int | list[int] | None) -> None:
    ordered = sorted(held.days | held.alone)
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "days": [day.toordinal() for day in ordered],
                "alone": [day in held.alone for day in ordered],
                "guarantor": guarantor,
            },
        )
