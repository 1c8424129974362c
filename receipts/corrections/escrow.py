"""Escrow: money that waits is applied to services later, or flagged as not belonging here."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from batches.opening import open_api_batch
from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.locks import Held, hold
from pops.core.refusals import Refused, refuse, require_reason
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
from receipts.owed import find_payable_lines, find_surplus, get_balances, lock_lines, why_not_as_seen

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
    if receipt.kind == Receipt.Kind.REFUND:
        return Refused("is_refund", "This is a refund: it holds no escrow.")
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


def choose_lines(guarantor: Guarantor, *, cents: int, wanted: Mapping[int, int] | None) -> dict[int, int]:
    """The cents that go to each line: those wanted, or to the oldest balances first as far as they reach.

    Raises Refused for a line that isn't the guarantor's, is in collections, or owes less.
    """
    lines = [line.pk for line in find_payable_lines(guarantor)]
    remaining = lock_lines(lines if wanted is None else wanted)
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
    with transaction.atomic():
        held = hold(days=[today], guarantor=guarantor_id)
        batch = get_attached_batch(held, today=today, by=by)
        receipt = Receipt.objects.select_related("void", "guarantor").get(pk=receipt_number)
        held.need(guarantor=receipt.guarantor_id)
        refuse(why_not_post_escrow(receipt) or why_not_as_seen(receipt.guarantor, seen))
        return _apply(held, receipt, cents=get_applicable_cents(receipt), parts=parts, batch_id=batch.pk, by=by)


def _apply(
    held: Held, receipt: Receipt, *, cents: int, parts: Mapping[int, int] | None, batch_id: int, by: User
) -> int:
    """Apply escrow of a receipt of the guarantor held, and what is too much elsewhere: all doors end here.

    The cents applied. Raises Refused.
    """
    lock_lines({*find_applied_lines(receipt), *(line.pk for line in find_payable_lines(receipt.guarantor))})
    chosen = choose_lines(receipt.guarantor, cents=cents, wanted=parts)
    if not chosen:
        raise NoService
    lacking = sum(chosen.values()) - get_receipt_balance(receipt).escrow_cents
    back = {line: -cents for line, cents in take_in_order(lacking, find_overpaid_lines(receipt)).items()}
    post_to_lines(held, receipt_number=receipt.pk, batch_id=batch_id, parts={**back, **chosen}, by=by)
    return sum(chosen.values())


# --- By the guarantor -------------------------------------------------------------------------------------------


def find_free_credit(guarantor: Guarantor) -> list[tuple[Receipt, int]]:
    """The guarantor's receipts with credit that nobody else has a claim to, oldest first, each with its cents.

    What is disputed, or on its way back to a card, is not theirs to use.
    """
    has_credit = Q(amount_cents__gt=F("applied_cents")) | Q(pk__in=find_surplus(guarantor.pk))
    receipts = (
        guarantor.receipts.filter(status=Receipt.Status.PAID, void=None)
        .exclude(kind=Receipt.Kind.REFUND)
        .annotate(applied_cents=Coalesce(Sum("postings__amount_cents"), 0))
        .filter(has_credit)
        .order_by("received_at", "number")
    )
    free = [(receipt, get_applicable_cents(receipt)) for receipt in receipts]
    return [(receipt, cents) for receipt, cents in free if cents and not is_disputed(receipt)]


def get_usable_credit(guarantor: Guarantor, *, current_cents: int) -> int:
    """How much of the credit the guarantor can apply to a Current Balance now, in cents.

    Nothing where Auto-Post is off: there the practice decides what money is applied to.
    """
    if current_cents <= 0 or not guarantor.group.auto_post:
        return 0
    return min(current_cents, sum(cents for _, cents in find_free_credit(guarantor)))


def use_credit(*, guarantor_id: int, today: dt.date, by: User) -> int:
    """Apply a guarantor's credit to what they owe, oldest receipt and oldest balance first. The cents applied.

    The postings go into the day's API Payments batch, as the portal's payments do. Raises PeriodLocked, and Refused
    when there is nothing to apply, or nothing to apply it to: such as the second time that a form is sent.
    """
    with transaction.atomic():
        held = hold(days=[today], guarantor=guarantor_id)
        guarantor = Guarantor.objects.select_related("group").get(pk=guarantor_id)
        left = get_usable_credit(guarantor, current_cents=get_balances(guarantor).current_cents)
        if not left:
            raise NoService
        batch_id, applied = open_api_batch(held, batch_date=today), 0
        for receipt, free in find_free_credit(guarantor):
            if applied < left:
                cents = min(free, left - applied)
                applied += _apply(held, receipt, cents=cents, parts=None, batch_id=batch_id, by=by)
    return applied


def disburse_escrow(*, receipt_number: int, cents: int, reason: str, today: dt.date, by: User) -> Disbursement:
    """Mark escrow of a receipt as money that doesn't belong here. Raises NoAttachedBatch, Refused."""
    reason = require_reason(reason)
    with transaction.atomic():
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
