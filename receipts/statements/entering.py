"""Statements that the practice sent: entered by hand as they stand on paper."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from pops.core.accounts.models import Guarantor, ServiceLine, Statement
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse
from receipts.documents.calls import queue_statement_document
from receipts.models import StatementItem
from receipts.owed import find_lines, get_balances
from receipts.statements.freezing import find_waiting, freeze, freeze_waiting


def find_lines_for_statement(guarantor: Guarantor) -> QuerySet[ServiceLine]:
    """The lines that stood on no statement of theirs yet and of which something is owed here, oldest first.

    What came over with a patient stood on another guarantor's.
    """
    theirs = StatementItem.objects.filter(line=OuterRef("pk"), detail__statement__guarantor=guarantor)
    is_new = Q(statement=None) | ~Q(statement__guarantor=guarantor) & ~Exists(theirs)
    return find_lines(guarantor).filter(is_new, encounter__in_collections=False, owed__remaining_cents__gt=0)


def why_not_enter_statement(guarantor: Guarantor) -> Refused | None:
    """Why there is nothing to put on a statement."""
    if find_lines_for_statement(guarantor).exists():
        return None
    return Refused("nothing_new", "All that this guarantor owes stood on a statement already.")


def why_not_due(statement_date: dt.date, due_date: dt.date | None) -> Refused | None:
    """Why a statement can't be due on this practice-local day."""
    if due_date is None or due_date >= statement_date:
        return None
    return Refused("due_before", "A statement can't be due before its own date.")


def enter_statement(
    *, guarantor_id: int, statement_date: dt.date, line_ids: Collection[int], due_date: dt.date | None = None
) -> Statement:
    """Put lines on a new statement of this practice-local date; its balance, in cents, is then the Amount Due.

    What it shows is frozen with it. Without `due_date` it is due when it comes. Raises Refused when a line stood on
    another statement meanwhile.
    """
    refuse(why_not_due(statement_date, due_date))
    with transaction.atomic():
        held = hold(guarantor=guarantor_id)
        guarantor = Guarantor.objects.get(pk=guarantor_id)
        refuse(why_not_enter_statement(guarantor))
        found = list(find_lines_for_statement(guarantor).filter(pk__in=line_ids))
        if len(found) != len(line_ids) or not found:
            raise Refused("lines_changed", "What is owed has changed meanwhile. Look at the services again.")
        freeze_waiting(held, guarantor_id=guarantor_id)
        statement = Statement.objects.create(
            guarantor=guarantor, statement_date=statement_date, due_date=due_date, balance_cents=0
        )
        ServiceLine.objects.filter(pk__in=[line.pk for line in found]).update(statement=statement)
        statement.balance_cents = get_balances(guarantor).amount_due_cents
        statement.save(update_fields=["balance_cents"])
        if find_waiting(Statement.objects.filter(pk=statement.pk)).exists():
            queue_statement_document(detail_id=freeze(held, statement=statement, through=None).pk)
    return statement
