"""Escrow: money that waits is applied to services later, or flagged as not belonging here."""

import datetime as dt
from collections.abc import Iterable, Mapping

from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.locks import Held, hold
from pops.core.refusals import Refused, refuse, require_reason
from pops.core.transactions import joined
from receipts.balances import (
    find_applied_lines,
    find_overpaid_lines,
    get_on_the_way_cents,
    get_receipt_balance,
    is_disputed,
)
from receipts.corrections.common import get_guarantor_id, take_in_order
from receipts.issue import post_to_lines
from receipts.models import Disbursement, Receipt
from receipts.owed import find_payable_lines, lock_lines, why_not_as_seen

NO_ESCROW = "no_escrow"


class NoService(Refused):
    """Nothing is owed that the money could be applied to."""

    def __init__(self) -> None:
        super().__init__("no_service", "There is no service that this money could be applied to.")


class OnTheWay(Refused):
    """All of the escrow goes back to the card that it came from."""

    def __init__(self) -> None:
        super().__init__("on_the_way", "A refund of this money is under way: it goes back to the card it came from.")


def why_not_post_escrow(receipt: Receipt) -> Refused | None:
    """Why no escrow of a receipt, nor what is too much on a service, can be applied to services."""
    refusal = _why_no_escrow(receipt)
    if refusal and not (refusal.code == NO_ESCROW and find_overpaid_lines(receipt)):
        return refusal
    return None if get_applicable_cents(receipt) else OnTheWay()


def _why_no_escrow(receipt: Receipt) -> Refused | None:
    if receipt.is_money_out:
        return Refused("is_refund", "This money went away again: it holds no escrow.")
    if get_receipt_balance(receipt).escrow_cents <= 0:
        return Refused(NO_ESCROW, "This receipt holds no escrow.")
    return None


def get_applicable_cents(receipt: Receipt) -> int:
    """What of a receipt can be applied to services: its escrow, and what is too much on others.

    What is on its way back to a card is as good as gone.
    """
    cents = get_receipt_balance(receipt).escrow_cents + sum(find_overpaid_lines(receipt).values())
    return max(cents - get_on_the_way_cents(receipt), 0)


def get_free_escrow_cents(receipt: Receipt) -> int:
    """What of a receipt's escrow can be disbursed: all that is not on its way back to a card."""
    return max(get_receipt_balance(receipt).escrow_cents - get_on_the_way_cents(receipt), 0)


def why_not_disburse(receipt: Receipt) -> Refused | None:
    """Why no escrow of a receipt can be marked as not belonging here."""
    if refusal := _why_no_escrow(receipt):
        return refusal
    if is_disputed(receipt):
        return Refused("disputed", "The cardholder disputes this payment: the bank decides first.")
    return None if get_free_escrow_cents(receipt) else OnTheWay()


def choose_lines(
    guarantor: Guarantor, *, cents: int, wanted: Mapping[int, int] | None, also: Iterable[int] = ()
) -> dict[int, int]:
    """The cents that go to each line: those wanted, or to the oldest balances first as far as they reach.

    They are locked, and `also` others that money may come from. Raises Refused for a line that isn't the guarantor's,
    is in collections, or owes less.
    """
    lines = [line.pk for line in find_payable_lines(guarantor)]
    remaining = lock_lines({*also, *(lines if wanted is None else wanted)})
    owed = {line: max(remaining[line], 0) for line in lines if line in remaining}
    if wanted is None:
        return take_in_order(cents, {line: part for line, part in owed.items() if part})
    for line, part in wanted.items():
        if part <= 0 or part > owed.get(line, 0):
            words = "A service can't take more than what remains of it. Look at the balances again."
            raise Refused("line_owes_less", words)
    if sum(wanted.values()) > cents:
        raise Refused("more_than_there_is", "This is more than the money there is to apply.")
    return dict(wanted)


def post_escrow(
    *,
    receipt_number: int,
    parts: Mapping[int, int] | None,
    today: dt.date,
    by: User,
    seen: Mapping[int, int] | None = None,
) -> int:
    """Apply escrow of a receipt to services: cents by line, or None for the oldest first. The cents applied.

    When that is not enough, what is too much on other services is taken back for it. The postings go into the batch
    that `by` works in. `seen` are the cents that `by` saw owed, by line. Raises NoAttachedBatch, Refused,
    BalanceChanged.
    """
    guarantor_id = get_guarantor_id(receipt_number)
    with joined():
        held = hold(days=[today], guarantor=guarantor_id)
        batch = get_attached_batch(held, today=today, by=by)
        receipt = Receipt.objects.select_related("void", "guarantor").get(pk=receipt_number)
        held.need(guarantor=receipt.guarantor_id)
        refuse(why_not_post_escrow(receipt) or why_not_as_seen(receipt.guarantor, seen))
        return apply_escrow(
            held, receipt=receipt, cents=get_applicable_cents(receipt), parts=parts, batch_id=batch.pk, by=by
        )


def apply_escrow(
    held: Held, *, receipt: Receipt, cents: int, parts: Mapping[int, int] | None, batch_id: int, by: User
) -> int:
    """Apply escrow of a receipt of the guarantor held, and what is too much elsewhere: all doors end here.

    The cents applied. Raises Refused.
    """
    chosen = choose_lines(receipt.guarantor, cents=cents, wanted=parts, also=find_applied_lines(receipt))
    if not chosen:
        raise NoService
    lacking = sum(chosen.values()) - get_receipt_balance(receipt).escrow_cents
    back = {line: -cents for line, cents in take_in_order(lacking, find_overpaid_lines(receipt)).items()}
    post_to_lines(held, receipt_number=receipt.pk, batch_id=batch_id, parts={**back, **chosen}, by=by)
    return sum(chosen.values())


def disburse_escrow(*, receipt_number: int, cents: int, reason: str, today: dt.date, by: User) -> Disbursement:
    """Mark escrow of a receipt as money that doesn't belong here. Raises NoAttachedBatch, Refused."""
    reason = require_reason(reason)
    with joined():
        held = hold(days=[today], guarantor=get_guarantor_id(receipt_number))
        batch = get_attached_batch(held, today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        held.need(guarantor=receipt.guarantor_id)
        refuse(why_not_disburse(receipt))
        if not 0 < cents <= get_free_escrow_cents(receipt):
            raise Refused("more_than_escrow", "This is more than the escrow of this receipt.")
        return Disbursement.objects.create(
            receipt=receipt, batch=batch, amount_cents=cents, reason=reason, disbursed_by=by
        )


def take_back_disbursed(held: Held, *, receipt: Receipt, cents: int, batch_id: int, reason: str, by: User) -> None:
    """Bring disbursed money back to the escrow of a receipt, as far as it was disbursed: it went elsewhere after all.

    The guarantor is held, and so is the day of the batch.
    """
    held.need(guarantor=receipt.guarantor_id)
    if back := min(cents, get_receipt_balance(receipt).disbursed_cents):
        Disbursement.objects.create(
            receipt=receipt, batch_id=batch_id, amount_cents=-back, reason=reason, disbursed_by=by
        )
