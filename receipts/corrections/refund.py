"""Refund: money given back, on a receipt of its own."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from batches.services import get_attached_batch
from pops.core.access.models import User
from receipts.balances import find_applied_lines, find_tenders_left, get_receipt_balance
from receipts.corrections.common import (
    CorrectionRefused,
    RefundTooMuch,
    lock_guarantor,
    require_reason,
    take_in_order,
)
from receipts.issue import TransactionFacts, issue_receipt, post_to_lines
from receipts.models import Receipt, Transaction


def refund_at_desk(
    *, receipt_number: int, amounts: Mapping[str, int], reason: str, today: dt.date, by: User, check_number: str = ""
) -> int:
    """Give money back by the methods it came by: cents by method. The number of the refund's own receipt.

    It goes into the batch that `by` works in. Raises NoAttachedBatch, RefundTooMuch, CorrectionRefused.
    """
    reason = require_reason(reason)
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        check_refundable_at_desk(receipt)
        left = find_tenders_left(receipt)
        for method, cents in amounts.items():
            if cents <= 0:
                raise CorrectionRefused("Enter an amount above $0.00.")
            if receipt.kind == Receipt.Kind.PAYMENT and cents > left.get(method, 0):
                raise RefundTooMuch("This is more than what is left of this method.")
        return issue_refund(
            receipt=receipt,
            tenders=[_give_back(receipt, method, cents, check_number) for method, cents in amounts.items()],
            batch_id=batch.pk,
            received_on=today,
            received_at=timezone.now(),
            reason=reason,
            by=by,
            channel=Receipt.Channel.OFFICE,
        )


def check_refundable_at_desk(receipt: Receipt) -> None:
    """Raises CorrectionRefused when a receipt can't be refunded at the desk."""
    if hasattr(receipt, "void"):
        raise CorrectionRefused("This receipt was voided: there is nothing left to refund.")
    if receipt.kind == Receipt.Kind.REFUND or not receipt.is_paid:
        raise CorrectionRefused("No money came in on this receipt, so there is nothing to refund.")
    if receipt.channel == Receipt.Channel.ONLINE and receipt.kind == Receipt.Kind.PAYMENT:
        raise CorrectionRefused("This was paid online: it is refunded to the card by the processor.")


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
    *,
    receipt: Receipt,
    tenders: list[TransactionFacts],
    batch_id: int,
    received_on: dt.date,
    received_at: dt.datetime,
    reason: str,
    by: User | None,
    channel: Receipt.Channel,
) -> int:
    """Issue the refund's own receipt. Escrow is given back first, then what was applied last.

    Call it with the guarantor's row held. Raises RefundTooMuch.
    """
    cents = -sum(tender.amount_cents for tender in tenders)
    balance = get_receipt_balance(receipt)
    if cents > balance.left_cents:
        raise RefundTooMuch("This is more than what is left of the receipt.")
    applied = find_applied_lines(receipt)  # before there is a refund
    number = issue_receipt(
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
    post_to_lines(
        receipt_number=number,
        guarantor_id=receipt.guarantor_id,
        batch_id=batch_id,
        parts={line: -part for line, part in take_in_order(cents - balance.escrow_cents, applied).items()},
        by=by,
        is_new=True,
    )
    return number
