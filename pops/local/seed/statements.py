"""The sample practice's statements: sent each month, as its own system would have sent them."""

import datetime as dt
from collections.abc import Sequence

from pops.core.accounts.models import Guarantor, Statement
from pops.core.locks import hold
from receipts.statements.freezing import find_items, freeze

MONTHLY = (110, 80, 50, 20)
DAYS_TO_PAY = 25


def open_statements(guarantor: Guarantor, *, today: dt.date) -> list[Statement]:
    """One of each of the last months, still without a balance."""
    return [open_statement(guarantor, date=today - dt.timedelta(days=days)) for days in MONTHLY]


def open_statement(guarantor: Guarantor, *, date: dt.date) -> Statement:
    """A statement of a practice-local date, still without a balance."""
    return Statement.objects.create(
        guarantor=guarantor,
        number=f"S-{guarantor.account_number}-{date:%y%m%d}",
        statement_date=date,
        due_date=date + dt.timedelta(days=DAYS_TO_PAY),
        balance_cents=0,
    )


def find_first(statements: Sequence[Statement], service_date: dt.date) -> Statement | None:
    """The first one that a service of this day stands on."""
    return next((one for one in statements if one.statement_date >= service_date), None)


def send_statements() -> None:
    """Give each its balance, by what was posted until its date, and freeze it. Who owed nothing got none."""
    for statement in Statement.objects.filter(detail=None).order_by("statement_date", "pk"):
        items = find_items(statement, statement.statement_date)
        statement.balance_cents = sum(item.remaining_cents for item in items)
        if not items and not statement.lines.exists():
            statement.delete()
            continue
        statement.save(update_fields=["balance_cents"])
        freeze(hold(guarantor=statement.guarantor_id), statement=statement, through=statement.statement_date)
