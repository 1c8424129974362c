"""Statements that the practice sent: entered by hand as they stand on paper."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from pops.core.accounts.models import Guarantor, ServiceLine, Statement
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse
from receipts.owed import find_lines, get_balances


def find_lines_for_statement(guarantor: Guarantor) -> QuerySet[ServiceLine]:
    """The lines that stood on no statement yet and of which something is owed here, oldest first."""
    return find_lines(guarantor).filter(statement=None, encounter__in_collections=False, owed__remaining_cents__gt=0)


def why_not_enter_statement(guarantor: Guarantor) -> Refused | None:
    """Why there is nothing to put on a statement."""
    if find_lines_for_statement(guarantor).exists():
        return None
    return Refused("nothing_new", "All that this guarantor owes stood on a statement already.")


def enter_statement(*, guarantor_id: int, statement_date: dt.date, line_ids: Collection[int]) -> Statement:
    """Put lines on a new statement of this practice-local date; its balance, in cents, is then the Amount Due.

    Raises Refused when a line stood on another statement meanwhile.
    """
    with transaction.atomic():
        hold(guarantor=guarantor_id)
        guarantor = Guarantor.objects.get(pk=guarantor_id)
        refuse(why_not_enter_statement(guarantor))
        found = list(find_lines_for_statement(guarantor).filter(pk__in=line_ids))
        if len(found) != len(line_ids) or not found:
            raise Refused("lines_changed", "What is owed has changed meanwhile. Look at the services again.")
        statement = Statement.objects.create(guarantor=guarantor, statement_date=statement_date, balance_cents=0)
        ServiceLine.objects.filter(pk__in=[line.pk for line in found]).update(statement=statement)
        statement.balance_cents = get_balances(guarantor).amount_due_cents
        statement.save(update_fields=["balance_cents"])
    return statement
