"""Whose an amount is: the statement's, or today's. What stands beside it on the portal's pages."""

from pops.core.accounts.models import Statement
from pops.core.words import day
from receipts.visible import Visible


def say_due_from(visible: Visible, statement: Statement | None) -> str:
    """What Amount Due is made of, in a sentence; `statement` is the latest one."""
    if visible.has_new_charges:
        return "All that you owe today, new charges included."
    if statement is None:
        came_over = "It came to this account with a patient and is on no statement of yours yet."
        return came_over if visible.amount_due_cents else "No statement was sent yet."
    date = day(statement.statement_date)
    if not visible.amount_due_cents:
        return f"Nothing is left of your statement of {date}."
    return f"What is left of your statement of {date}, due {day(statement.due_on)}."
