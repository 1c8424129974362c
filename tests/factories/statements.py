"""Statements as the desk enters them and as an import brings them."""

import datetime as dt

from pops.core.accounts.models import Guarantor, ServiceLine, Statement
from receipts.statements.entering import enter_statement, find_lines_for_statement
from tests.factories.accounts import ServiceLineFactory, StatementFactory


def statement_of(guarantor: Guarantor, *, on: dt.date = dt.date(2026, 2, 15), due: dt.date | None = None) -> Statement:
    """A statement over all that is new, entered at the desk; with a charge of $100.00 where nothing is."""
    lines = find_lines_for_statement(guarantor)
    if not lines.exists():
        ServiceLineFactory(guarantor=guarantor)
    return enter_statement(
        guarantor_id=guarantor.pk, statement_date=on, due_date=due, line_ids=list(lines.values_list("pk", flat=True))
    )


def imported_statement(
    guarantor: Guarantor,
    *lines: ServiceLine,
    on: dt.date,
    balance_cents: int,
    ago: dt.timedelta = dt.timedelta(hours=1),
) -> Statement:
    """A statement as a file brought it some time ago, with what stands on it."""
    statement: Statement = StatementFactory(guarantor=guarantor, statement_date=on, balance_cents=balance_cents)
    ServiceLine.objects.filter(pk__in=[line.pk for line in lines]).update(statement=statement)
    Statement.objects.filter(pk=statement.pk).update(entered_at=dt.datetime.now(dt.UTC) - ago)
    statement.refresh_from_db()
    return statement
