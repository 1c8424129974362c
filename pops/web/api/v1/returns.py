"""Money of a receipt that the bank took back."""

from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.refusals import Refused
from pops.service_accounts.scopes import Scope
from pops.web.api.fields import Choice, LocalDateField, Shape, Text
from pops.web.api.idempotency import once
from pops.web.api.schema import operation
from pops.web.api.v1.corrections import Correction
from pops.web.api.v1.receipts_examples import RECEIPT
from pops.web.api.v1.receipts_shapes import ReceiptShape, tell_receipt
from receipts.corrections.returned import Notice, Reason, find_returnable, return_money, why_not_return
from receipts.models import Transaction
from receipts.rows import find_rows

RETURN = {"reason": "funds", "learned_on": "2026-11-30"}
RETURNED = {
    **RECEIPT,
    "number": 100236,
    "kind": "returned",
    "status": "returned",
    "amount_cents": -7500,
    "applied_cents": -6000,
    "escrow_cents": 0,
    "refund_of": 100234,
    "reason": "Check 1042 came back. Not enough money in the account (NSF)",
    "transactions": [
        {**RECEIPT["transactions"][0], "number": "100236-1", "amount_cents": -7500, "requested_cents": -7500}  # type: ignore[index]
    ],
    "postings": [{"service_id": "67563-4", "amount_cents": -6000, "batch": 17}],
}


class ReturnShape(Shape):
    """What the bank says of money that it took back."""

    reason = Choice(
        Reason.choices,
        help_text="Of a card `disputed`; of a check all but that and `not_allowed`; of a bank debit, which is `other`, "
        "all but `disputed` and `not_valid`. `other` needs a `note`.",
    )
    learned_on = LocalDateField(help_text="The date of the bank's notice.")
    note = Text(required=False, default="", allow_blank=True, help_text="For staff. Needed for `other`.")
    transaction = Text(
        required=False, max_length=255, help_text="Which of several, by its number: a receipt has cash and a check."
    )


class ReturnedShape(Shape):
    """The receipts of returned money: the first is of the receipt asked for."""

    items = ReceiptShape(many=True)


class Returns(Correction):
    """What the bank took back of a receipt."""

    scopes = {"POST": Scope.PAYMENTS_WRITE}
    rights = {"POST": "receipts.return_money"}

    @operation(
        "return_receipt",
        "Enter that the bank returned the money of a receipt",
        asks=ReturnShape,
        asked=RETURN,
        gives=ReturnedShape,
        example={"items": [RETURNED]},
        status=201,
    )
    @once
    def post(self, request: Request, number: int) -> Response:
        """Whole, such as a check that bounced; one that paid for several accounts comes back for each of them."""
        asked = self.read(ReturnShape)
        notice = Notice(Reason(asked["reason"]), asked["learned_on"], asked["note"])
        moved = self._find_transaction(asked.get("transaction"))
        made = return_money(transaction_id=moved.pk, notice=notice, now=self.now, today=self.today, by=self.user)
        items: list[dict[str, Any]] = [tell_receipt(row) for row in find_rows(made, by=self.user)]
        return Response({"items": items}, status=201, headers={"Location": reverse("api:receipt", args=[made[0]])})

    def _find_transaction(self, number: str | None) -> Transaction:
        """The one that is named; without a name the only one that can have come back. Raises Refused."""
        if refusal := why_not_return(self.receipt):
            raise refusal
        found = [row for row in find_returnable(self.receipt) if number in (None, row.number)]
        if len(found) != 1:
            raise Refused("which_transaction", "Name in `transaction` which transaction of the receipt came back.")
        return found[0]
