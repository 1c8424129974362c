"""Void: on its own day, while its batch is open, a receipt can be marked as if it had never been."""

import datetime as dt

from django.db.models import Max, Sum

from batches.holding import BatchClosed
from batches.models import ReferenceBatch
from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.locks import Held, hold
from pops.core.refusals import Refused, refuse, require_reason
from pops.core.transactions import joined
from receipts.balances import get_receipt_balance, live_refunds, own_postings
from receipts.corrections.common import take_in_order
from receipts.issue import post_to_lines
from receipts.models import Disbursement, Receipt, ReceiptVoid
from receipts.owed import lock_lines
from receipts.voided_mail import post_voided

TOO_LATE = "A return can be voided on its day, while its batch is open. Take the money as a new payment instead."


class DayClosed(BatchClosed):
    """The receipt's batch was closed since: what was counted with it stays as it was."""

    def __init__(self, batch: ReferenceBatch) -> None:
        super().__init__(batch)
        self.words = "Its batch is closed. Have the batch reopened and void the receipt then, or refund it instead."


def why_not_void(receipt: Receipt, *, today: dt.date, returned_by_processor: bool = False) -> Refused | None:
    """Why a receipt can't be voided on the practice's today. One paid online is, once its money was returned."""
    if hasattr(receipt, "void"):
        return Refused("voided", "This receipt is voided already.")
    if receipt.kind == Receipt.Kind.CAME_BACK or not receipt.is_paid:
        return Refused("no_money", "No money came in on this receipt, so there is nothing to void.")
    if receipt.kind == Receipt.Kind.RETURNED:
        return _why_not_void_return(receipt, today=today)
    if receipt.received_on != today:
        return Refused("not_of_today", "Only a receipt of today can be voided. Refund it instead.")
    if not receipt.batch.is_open:
        return DayClosed(receipt.batch)
    if receipt.channel == Receipt.Channel.ONLINE and not returned_by_processor:
        return Refused("paid_online", "This was paid online: the card processor has to return the money.")
    return _why_partly_gone(receipt)


def _why_partly_gone(receipt: Receipt) -> Refused | None:
    kinds = set(live_refunds(receipt).values_list("kind", flat=True))
    if Receipt.Kind.RETURNED in kinds:
        return Refused("returned", "The bank took money of this receipt back. Void that return first if it is wrong.")
    if kinds or receipt.disbursements.exists():
        words = "Some of this receipt was refunded or disbursed. Refund what is left of it instead."
        return Refused("partly_gone", words)
    return None


def _why_not_void_return(receipt: Receipt, *, today: dt.date) -> Refused | None:
    if receipt.channel == Receipt.Channel.ONLINE:
        return Refused("returned_online", "Stripe says that the bank took this money back. That can't be undone here.")
    if receipt.received_on != today or not receipt.batch.is_open:
        return Refused("return_stands", TOO_LATE)
    return None


def void_receipt(*, receipt_number: int, reason: str, today: dt.date, by: User) -> ReceiptVoid:
    """Void a receipt of the practice's today at the desk: it stays, marked, and no total counts it.

    Its postings are taken back. Raises NoAttachedBatch, BatchClosed, Refused.
    """
    reason = require_reason(reason)
    receipt = Receipt.objects.get(pk=receipt_number)
    with joined():
        held = hold(days=[today], alone=[receipt.received_on], guarantor=receipt.guarantor_id)
        get_attached_batch(held, today=today, by=by)
        return write_void(held, receipt_number=receipt_number, reason=reason, today=today, by=by)


def write_void(
    held: Held, *, receipt_number: int, reason: str, today: dt.date, by: User, returned_by_processor: bool = False
) -> ReceiptVoid:
    """Void a receipt whose day is held alone, with its guarantor, and mail that. Raises BatchClosed, Refused."""
    receipt = Receipt.objects.select_related("batch", "void", "guarantor__group").get(pk=receipt_number)
    held.need(alone=receipt.received_on, guarantor=receipt.guarantor_id)
    refuse(why_not_void(receipt, today=today, returned_by_processor=returned_by_processor))
    void = ReceiptVoid.objects.create(receipt=receipt, reason=reason, voided_by=by)
    _take_back_all(held, receipt, by)
    post_voided(receipt)
    return void


def _take_back_all(held: Held, receipt: Receipt, by: User) -> None:
    """Undo the postings of a receipt. Those that a refund had taken back return as far as they are still owed.

    What a refund of it, voided since, took back and could not return is not applied any more.
    """
    net = {line: -cents for line, cents in _net_of(receipt).items()}
    payment = receipt.refund_of if receipt.is_money_out else None
    below = {line: -cents for line, cents in _net_of(payment).items() if cents < 0} if payment else {}
    owed = lock_lines({*net, *below})
    if payment:
        # What the bank took beyond what was applied goes back in any case: no payment stands below zero on a service.
        net = {line: min(cents, max(0, below.get(line, 0), owed[line])) for line, cents in net.items()}
    parts = {line: cents for line, cents in net.items() if cents}
    post_to_lines(held, receipt_number=receipt.pk, batch_id=receipt.batch_id, parts=parts, by=by)
    if payment:
        _disburse_again(receipt, payment, by)
        _fill_up(held, receipt, payment, by)


def _disburse_again(receipt: Receipt, payment: Receipt, by: User) -> None:
    """What a return brought back of what had been disbursed belongs elsewhere as before: it is nobody's credit."""
    earlier = Receipt.objects.filter(refund_of=payment, kind=Receipt.Kind.RETURNED, number__lt=receipt.pk)
    brought = payment.disbursements.filter(amount_cents__lt=0, disbursed_at__lte=receipt.issued_at)
    if last := earlier.aggregate(last=Max("issued_at"))["last"]:
        brought = brought.filter(disbursed_at__gt=last)  # what came back with an earlier one is that one's
    cents = -sum(brought.values_list("amount_cents", flat=True))
    if again := min(cents, get_receipt_balance(payment).escrow_cents):
        reason = f"Disbursed as before: return {receipt.pk} is voided"
        Disbursement.objects.create(
            receipt=payment, batch_id=receipt.batch_id, amount_cents=again, reason=reason, disbursed_by=by
        )


def _fill_up(held: Held, receipt: Receipt, payment: Receipt, by: User) -> None:
    """Where a payment stands below zero still, its own escrow goes first, as far as the service owes that."""
    below = {line: -cents for line, cents in _net_of(payment).items() if cents < 0}
    owed = lock_lines(below)
    wanted = {line: min(cents, owed[line]) for line, cents in below.items() if owed[line] > 0}
    parts = take_in_order(get_receipt_balance(payment).escrow_cents, wanted)
    post_to_lines(held, receipt_number=payment.pk, batch_id=receipt.batch_id, parts=parts, by=by)


def _net_of(receipt: Receipt) -> dict[int, int]:
    """What is applied of a receipt now, in cents by line."""
    rows = own_postings(receipt).values("line").annotate(cents=Sum("amount_cents"))
    return {row["line"]: row["cents"] for row in rows}
