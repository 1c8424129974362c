"""What a guarantor is shown and asked to pay, by the options of their POPS Group: said here for every page and mail."""

from dataclasses import dataclass
from typing import Any

from pops.core.accounts.models import Guarantor, Statement
from pops.core.practice.models import Group
from receipts.owed import CREDIT, Balances, get_balances, get_credit

# The credit, and the latest statement if there is one, in one question: two pages show both.
FUNDS = f"""
SELECT statement.*, credit.cents AS credit_cents FROM ({CREDIT}) credit
LEFT JOIN LATERAL (
    SELECT * FROM accounts_statement WHERE guarantor_id = %(guarantor)s ORDER BY statement_date DESC, id DESC LIMIT 1
) statement ON true
"""  # noqa: S608  constants of ours


@dataclass(frozen=True)
class Visible:
    """A guarantor's balances as far as they are shown, in cents; None for what isn't.

    `has_new_charges`: Amount Due is all that is owed now, not only what remains of statements.
    """

    amount_due_cents: int
    current_cents: int | None
    collections_cents: int | None
    has_new_charges: bool

    @property
    def owed_cents(self) -> int:
        """The most that is shown as owed: a payment is measured by it."""
        return self.amount_due_cents if self.current_cents is None else self.current_cents

    @property
    def owed_label(self) -> str:
        """What that is called."""
        return "Amount Due" if self.current_cents is None else "Current Balance"

    @property
    def has_more(self) -> bool:
        """Whether the Current Balance is shown and is another amount than Amount Due."""
        return self.owed_cents != self.amount_due_cents


def see(group: Group, balances: Balances) -> Visible:
    """What the options of a group leave of balances."""
    due = balances.current_cents if group.include_new_charges else balances.amount_due_cents
    return Visible(
        amount_due_cents=due,
        current_cents=balances.current_cents if group.show_current_balance else None,
        collections_cents=balances.collections_cents if group.show_collections else None,
        has_new_charges=group.include_new_charges,
    )


def get_visible(guarantor: Guarantor) -> Visible:
    """What the guarantor is shown now."""
    return see(guarantor.group, get_balances(guarantor))


def find_visible_credit(guarantor: Guarantor) -> int | None:
    """Unapplied Funds, in cents: what was paid and no service needs; None where it isn't shown."""
    return get_credit(guarantor) if guarantor.group.show_escrow else None


def read_funds(guarantor: Guarantor) -> tuple[int | None, Statement | None]:
    """Unapplied Funds as far as they are shown, and the latest statement: its balance is the Statement Balance."""
    row: Any = Statement.objects.raw(FUNDS, {"guarantor": guarantor.pk})[0]
    return int(row.credit_cents) if guarantor.group.show_escrow else None, row if row.pk else None
