"""Refund: money given back, on a receipt of its own."""

import datetime as dt
from collections.abc import Mapping

from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.locks import Held, hold
from pops.core.methods import Method
from pops.core.refusals import Refused, refuse, require_reason
from pops.core.transactions import joined
from receipts.balances import find_applied_lines, find_overpaid_lines, find_tenders_left, get_receipt_balance
from receipts.corrections.common import Own, Returned, get_guarantor_id, take_back_lines
from receipts.issue import TransactionFacts, issue_receipt, post_to_lines
from receipts.models import Receipt, Transaction
from receipts.owed import lock_lines

# By these a person can give back money that came by another way. A card takes back what it was charged, no more.
BY_HAND = (Method.CHECK.value, Method.CASH.value, Method.OTHER.value)
LONGEST_REASON = 300


class RefundTooMuch(Refused):
    """More than what is left of the receipt, or of the method it came by."""

    def __init__(self, of: str = "the receipt") -> None:
        super().__init__("refund_too_much", f"This is more than what is left of {of}.")


class NothingToRefund(RefundTooMuch):
    """Whatever is asked for: all went away again."""

    def __init__(self) -> None:
        super().__init__()
        self.words = "Nothing of this receipt is left to refund."


def why_not_refund_at_desk(receipt: Receipt) -> Refused | None:
    """Why a receipt can't be refunded at the desk."""
    if hasattr(receipt, "void"):
        return Refused("voided", "This receipt was voided: there is nothing left to refund.")
    if receipt.is_money_out or not receipt.is_paid:
        return Refused("no_money", "No money came in on this receipt, so there is nothing to refund.")
    if receipt.is_online_payment:
        return Refused("paid_online", "This was paid online: it is refunded to the card by the processor.")
    balance = get_receipt_balance(receipt)
    if balance.left_cents <= 0:
        return Returned() if balance.returned_cents else NothingToRefund()
    return None


def refund_at_desk(
    *,
    receipt_number: int,
    amounts: Mapping[str, int],
    reason: str,
    now: dt.datetime,
    today: dt.date,
    by: User,
    check_number: str = "",
    another_way: str = "",
) -> int:
    """Give money back by the methods it came by: cents by method. The number of the refund's own receipt.

    It goes into the batch that `by` works in. `another_way` says why it goes back by other methods than it came by,
    such as a check for cash; without it that is refused. Raises NoAttachedBatch, RefundTooMuch, Refused.
    """
    reason = require_reason(reason)
    refuse(_why_not_give(amounts, check_number))
    with joined():
        held = hold(days=[today], guarantor=get_guarantor_id(receipt_number))
        batch = get_attached_batch(held, today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        refuse(why_not_refund_at_desk(receipt))
        if _check_amounts(receipt, amounts, another_way=another_way):
            reason = f"{reason.rstrip('.')}. By another way: {another_way}"
        return issue_refund(
            held,
            receipt=receipt,
            tenders=[_give_back(receipt, method, cents, check_number) for method, cents in amounts.items()],
            batch_id=batch.pk,
            received_on=today,
            received_at=now,
            reason=reason[:LONGEST_REASON],
            by=by,
            channel=Receipt.Channel.OFFICE,
        )


def _why_not_give(amounts: Mapping[str, int], check_number: str) -> Refused | None:
    if not amounts or min(amounts.values()) <= 0:
        return Refused("no_amount", "Enter an amount above $0.00.")
    if check_number and Method.CHECK not in amounts:
        return Refused("check_without_amount", "Enter the amount of this check, or empty its number.")
    return None


def _check_amounts(receipt: Receipt, amounts: Mapping[str, int], *, another_way: str) -> bool:
    """Whether any goes back by another way than it came. Raises RefundTooMuch.

    Money that came back to us may leave again by any way but a card.
    """
    if receipt.kind != Receipt.Kind.PAYMENT:
        return False
    left = find_tenders_left(receipt)
    others = {method for method, cents in amounts.items() if cents > left.get(method, 0)}
    if others and not (another_way.strip() and others <= set(BY_HAND)):
        raise RefundTooMuch("this method")
    return bool(others)


def _give_back(receipt: Receipt, method: str, cents: int, check_number: str) -> TransactionFacts:
    origin = receipt.transactions.filter(method=method).first()
    return TransactionFacts(
        number="",
        method=method,
        amount_cents=-cents,
        requested_cents=-cents,
        card_brand=origin.card_brand if origin else "",
        card_last4=origin.card_last4 if origin else "",
        check_number=check_number if method == Transaction.Method.CHECK else "",
    )


def issue_refund(
    held: Held,
    *,
    receipt: Receipt,
    tenders: list[TransactionFacts],
    batch_id: int,
    received_on: dt.date,
    received_at: dt.datetime,
    reason: str,
    by: User | None,
    channel: Receipt.Channel,
    own: Own | None = None,
) -> int:
    """Issue the refund's own receipt. Raises RefundTooMuch.

    Escrow is given back first, then what is too much on services, then what was applied last; of one charge of several
    its `own` before what is the others'.
    """
    cents = -sum(tender.amount_cents for tender in tenders)
    balance = get_receipt_balance(receipt)
    if cents > balance.left_cents:
        raise RefundTooMuch
    applied = find_applied_lines(receipt)  # before there is a refund
    lock_lines(applied)
    overpaid = find_overpaid_lines(receipt)
    number = issue_receipt(
        held,
        guarantor_id=receipt.guarantor_id,
        batch_id=batch_id,
        channel=channel,
        received_on=received_on,
        received_at=received_at,
        transactions=tenders,
        auto_post=False,
        kind=Receipt.Kind.REFUND,
        refund_of=receipt.pk,
        issued_by=by,
        reason=reason,
    )
    parts = take_back_lines(cents, escrow=balance.escrow_cents, applied=applied, overpaid=overpaid, own=own)
    post_to_lines(held, receipt_number=number, batch_id=batch_id, parts=parts, by=by, is_new=True)
    return number
