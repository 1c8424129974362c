"""Returned by the bank: a check that bounced, a debit that was not paid."""

import datetime as dt
from typing import Any, ClassVar

from pops.core.money import format_cents
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import receipt_page
from pops.web.backoffice.desk.forms import ReturnForm
from pops.web.backoffice.desk.receipts.corrections import ReceiptAction
from receipts.balances import get_receipt_balance
from receipts.corrections.returned import (
    Notice,
    Reason,
    find_other_parts,
    find_returnable,
    return_money,
    why_not_return,
)
from receipts.models import Transaction

LEAD = (
    "A receipt of its own, below zero, goes into the batch you work in. What the money paid for is owed again, and the "
    "guarantor is told by mail where receipts are mailed."
)


class ReturnMoney(ReceiptAction):
    """Enter that the bank took the money of a receipt back."""

    rights = ("receipts.return_money",)
    title = "Receipt {}: returned by the bank"
    form_class = ReturnForm
    button = "Enter the return"
    danger = True
    needs_batch = True
    field_of: ClassVar[dict[str, str]] = {
        "learned_on": "learned_on",
        "reason_missing": "note",
        "reason_of_another": "reason",
    }

    def why_not(self) -> Refused | None:
        return why_not_return(self.target)

    def get_initial(self) -> dict[str, dt.date]:
        return {"learned_on": self.today}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "returnable": find_returnable(self.target)}

    def do(self, form: ReturnForm) -> tuple[str, str]:
        data = form.cleaned_data
        notice = Notice(Reason(data["reason"]), data["learned_on"], data["note"])
        made = return_money(
            transaction_id=data["transaction"].pk, notice=notice, now=self.now, today=self.today, by=self.request.user
        )
        return receipt_page(made[0]), _say_made(made)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        returnable = list(find_returnable(self.target))
        lead = " ".join([_say_what(returnable), LEAD, *self._say_more(returnable)]).strip()
        return super().get_context_data(lead=lead, **context)

    def _say_more(self, returnable: list[Transaction]) -> list[str]:
        """What else is to be known of this receipt: other accounts on its check, and money refunded of it."""
        others = [part for moved in returnable for part in find_other_parts(moved)]
        more = [
            f"The check paid for {part.receipt.guarantor} as well, {format_cents(part.amount_cents)} on receipt "
            f"{part.receipt_id}: that comes back with it."
            for part in others
        ]
        if refunded := get_receipt_balance(self.target).given_back_cents:
            more.append(f"{format_cents(refunded)} of it were refunded: what of that was never paid is owed as well.")
        return more


def _say_what(returnable: list[Transaction]) -> str:
    """What comes back; of several the form asks which."""
    if len(returnable) != 1:
        return ""
    return f"{returnable[0].paid_with} comes back whole: {format_cents(returnable[0].amount_cents)}."


def _say_made(made: list[int]) -> str:
    first, *others = made
    if not others:
        return f"The return is receipt {first}."
    return f"The return is receipt {first}; for the other accounts {', '.join(str(number) for number in others)}."
