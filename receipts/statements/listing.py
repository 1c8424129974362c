"""A guarantor's statements, and how each stands now. All amounts are cents.

Pages are cut by the last statement's place in the list (keyset), never by counting rows.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from pops.core.accounts.models import Guarantor, Statement
from pops.core.words import shown

LISTING = (Path(__file__).parent / "listing.sql").read_text()
PAGE = 20


@dataclass(frozen=True)
class Row:
    """A statement: what it said, and what is left of it to pay now."""

    pk: int
    number: str
    statement_date: dt.date
    due_on: dt.date
    balance_cents: int
    left_cents: int
    collections_cents: int
    lines: int

    @property
    def is_open(self) -> bool:
        return self.left_cents > 0

    @property
    def is_itemized(self) -> bool:
        """Whether we know any service that it is about: without one we can't tell what became of it."""
        return self.lines > 0 or self.balance_cents <= 0

    @property
    def verdict(self) -> str:
        """How it stands, in a word or two."""
        if self.is_open:
            return "Open"
        return "Paid" if self.is_itemized and not self.collections_cents else "Not payable here"

    @property
    def tone(self) -> str:
        """Of the verdict's colour."""
        return {"Open": "warning", "Paid": "success"}.get(self.verdict, "info")


@dataclass(frozen=True)
class StatementPage:
    """Some statements, the latest due date first, and whether the list goes on at its ends."""

    rows: list[Row]
    has_earlier: bool
    has_later: bool
    is_start: bool = False  # reached from below: asked for without a place, it may hold more

    @property
    def last_pk(self) -> int:
        return self.rows[-1].pk


def get_statements(
    guarantor: Guarantor, *, hide_paid: bool, before: int | None = None, after: int | None = None
) -> StatementPage:
    """A page of statements: the latest, those due before the statement `before`, or those due later than `after`."""
    found = _ask(guarantor, hide_paid=hide_paid, before=before, after=after)
    has_more = len(found) > PAGE
    if after:
        return StatementPage(found[:PAGE][::-1], has_earlier=True, has_later=has_more, is_start=not has_more)
    return StatementPage(found[:PAGE], has_earlier=has_more, has_later=before is not None)


def get_row(statement: Statement) -> Row:
    """How one statement stands now."""
    return _ask(statement.guarantor, only=statement.pk)[0]


def _ask(
    guarantor: Guarantor,
    *,
    hide_paid: bool = False,
    before: int | None = None,
    after: int | None = None,
    only: int | None = None,
) -> list[Row]:
    asked = {"hide_paid": hide_paid, "before": before, "after": after, "only": only}
    with connection.cursor() as cursor:
        cursor.execute(LISTING, {"guarantor": guarantor.pk, "limit": PAGE + 1, **asked})
        return [Row(pk, shown(number), *facts) for pk, number, *facts in cursor.fetchall()]
