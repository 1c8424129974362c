"""The receipts of the same money: a payment and all that became of it, by refund or failed refund."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from receipts.models import Receipt
from receipts.wording import KINDS

FAMILY = """
WITH RECURSIVE up AS (
    SELECT number, refund_of_id FROM receipts_receipt WHERE number = %(number)s
    UNION ALL SELECT r.number, r.refund_of_id FROM receipts_receipt r JOIN up ON r.number = up.refund_of_id
), down AS (
    SELECT number FROM up WHERE refund_of_id IS NULL
    UNION ALL SELECT r.number FROM receipts_receipt r JOIN down ON r.refund_of_id = down.number
)
SELECT r.number, r.guarantor_id, r.received_on, r.kind, r.amount_cents, v.voided_at
FROM down JOIN receipts_receipt r USING (number)
LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
ORDER BY r.number
"""


@dataclass(frozen=True)
class Relative:
    """A receipt of the same money: the payment, what went away of it, or a refund that failed. The amount in cents."""

    number: int
    received_on: dt.date
    label: str
    amount: int
    is_void: bool
    is_this: bool
    is_return: bool = False  # the bank took it back


def get_family(receipt: Receipt, *, as_of: dt.datetime | None = None) -> list[Relative]:
    """The receipts of the same money, oldest first; voided ones as of a moment, or now."""
    rows: Any = Receipt.objects.raw(FAMILY, {"number": receipt.number})  # with voided_at, which the model hasn't
    return [
        Relative(
            number=row.number,
            received_on=row.received_on,
            label=KINDS[Receipt.Kind(row.kind)].verdict,
            amount=row.amount_cents,
            is_void=row.voided_at is not None and (as_of is None or row.voided_at <= as_of),
            is_this=row.number == receipt.number,
            is_return=row.kind == Receipt.Kind.RETURNED,
        )
        for row in rows
    ]


def net_of(relatives: Iterable[Relative]) -> int:
    """What is left of a payment after its refunds, in cents."""
    return sum(relative.amount for relative in relatives if not relative.is_void)


def was_returned(relatives: Iterable[Relative]) -> bool:
    """Whether the bank took any of it back."""
    return any(relative.is_return and not relative.is_void for relative in relatives)


def title_of(relatives: list[Relative]) -> str:
    """What the receipts of the same money are called together."""
    if len(relatives) == 1:
        return "What is left of it"
    return "Payment and what was returned" if was_returned(relatives) else "Payment and refunds"


def is_given_back(receipt: Receipt, relatives: Iterable[Relative]) -> bool:
    """Whether nothing of a payment is left, refunded or taken back by the bank: its receipt proves nothing any more."""
    return receipt.standing.is_paid and net_of(relatives) <= 0
