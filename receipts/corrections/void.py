"""Void: on its own day, while its batch is open, a receipt can be marked as if it had never been."""

import datetime as dt

from django.db.models import Max, Sum

from batches.holding import BatchClosed
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

ALL_GONE = "all_gone"
STANDS = "A {} can be voided on its day, while its batch is open. Take the money as a new payment instead."


class DayClosed(BatchClosed):
    """The receipt's batch was closed since: what was counted with it stays as it was."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.batch)
        refund = "" if receipt.is_money_out else ", or refund it instead"
        self.words = f"Its batch is closed. Have the batch reopened and void the receipt then{refund}."


def why_not_void(receipt: Receipt, *, today: dt.date, returned_by_processor: bool = False) -> Refused | None:
    """Why a receipt can't be voided on the practice's today. One paid online is, once its money was returned."""
    if hasattr(receipt, "void"):
        return Refused("voided", "This receipt is voided already.")
    if not receipt.is_paid:
        return Refused("no_money", "No money came in on this receipt, so there is nothing to void.")
    if receipt.kind == Receipt.Kind.CAME_BACK:
        return Refused("came_back", "The bank gave this refund back: that can't be undone. Refund it another way.")
    is_online = receipt.channel == Receipt.Channel.ONLINE
    if is_online and receipt.kind == Receipt.Kind.RETURNED:
        return Refused("returned_online", "Stripe says that the bank took this money back. That can't be undone here.")
    gone = _why_gone(receipt, today=today)
    if gone and gone.code == ALL_GONE:
        return gone
    if refusal := _why_too_late(receipt, today=today):
        return refusal
    if is_online and not returned_by_processor:
        return Refused("paid_online", "This was paid online: the card processor has to return the money.")
    return gone


def _why_too_late(receipt: Receipt, *, today: dt.date) -> Refused | None:
    if receipt.received_on == today:
        return None if receipt.batch.is_open else DayClosed(receipt)
    if receipt.is_money_out:
        return Refused("stands", STANDS.format("return" if receipt.kind == Receipt.Kind.RETURNED else "refund"))
    return Refused("not_of_today", "Only a receipt of today can be voided. Refund it instead.")


def _why_gone(receipt: Receipt, *, today: dt.date) -> Refused | None:
    """Some of its money, or all, went away again: what is to be done first, or instead."""
    if receipt.is_money_out:
        return None
    gone = list(live_refunds(receipt).select_related("batch").order_by("-pk"))
    disbursed = sum(receipt.disbursements.values_list("amount_cents", flat=True))
    if not gone and not disbursed:
        return None
    is_all = receipt.amount_cents + sum(row.amount_cents for row in gone) <= disbursed
    by_bank = any(row.kind == Receipt.Kind.RETURNED for row in gone)
    what = f"{'All' if is_all else 'Some'} of this receipt was {_say_how(gone, disbursed)}."
    wrong = next((row for row in gone if why_not_void(row, today=today) is None), None)
    then = "Nothing is left to give back." if is_all else "Refund what is left of it instead."
    if wrong:
        first = f"If that is wrong, void receipt {wrong.pk} first."
        then = first if is_all else f"{first} If not, refund what is left of it instead."
    return Refused(ALL_GONE if is_all else "returned" if by_bank else "partly_gone", f"{what} {then}")


def _say_how(gone: list[Receipt], disbursed: int) -> str:
    kinds = {row.kind for row in gone}
    ways = ["refunded"] if Receipt.Kind.REFUND in kinds else []
    ways += ["returned by the bank"] if Receipt.Kind.RETURNED in kinds else []
    return " and ".join([*ways, *(["disbursed"] if disbursed else [])])


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
