"""Void: on its own day, while its batch is open, a receipt can be marked as if it had never been."""

import datetime as dt

from django.db import transaction
from django.db.models import Sum

from batches.services import BatchClosed, get_attached_batch, lock_day
from pops.core.access.models import User
from pops.core.accounts.selectors import service_lines
from receipts.balances import live_refunds, own_postings
from receipts.corrections.common import CorrectionRefused, lock_guarantor, require_reason
from receipts.issue import post_to_lines
from receipts.models import Receipt, ReceiptVoid


def void_receipt(
    *, receipt_number: int, reason: str, today: dt.date, by: User, returned_by_processor: bool = False
) -> ReceiptVoid:
    """Void a receipt of the practice's today while its batch is open: it stays, marked, and no total counts it.

    Its postings are taken back. A payment by card online is voided once the processor returned the money.
    Raises NoAttachedBatch, BatchClosed, CorrectionRefused.
    """
    reason = require_reason(reason)
    receipt = Receipt.objects.get(pk=receipt_number)
    with transaction.atomic():
        lock_day(date=receipt.received_on)
        if not returned_by_processor:
            get_attached_batch(today=today, by=by)
        lock_guarantor(guarantor_id=receipt.guarantor_id, date=receipt.received_on)
        receipt = Receipt.objects.select_related("batch", "void").get(pk=receipt_number)
        check_voidable(receipt, today=today, returned_by_processor=returned_by_processor)
        void = ReceiptVoid.objects.create(receipt=receipt, reason=reason, voided_by=by)
        _take_back_all(receipt, by)
    return void


def check_voidable(receipt: Receipt, *, today: dt.date, returned_by_processor: bool = False) -> None:
    """Raises BatchClosed or CorrectionRefused when a receipt can't be voided."""
    if hasattr(receipt, "void"):
        raise CorrectionRefused("This receipt is voided already.")
    if receipt.kind == Receipt.Kind.UNDONE or not receipt.is_paid:
        raise CorrectionRefused("No money came in on this receipt, so there is nothing to void.")
    if receipt.received_on != today:
        raise CorrectionRefused("Only a receipt of today can be voided. Refund it instead.")
    if not receipt.batch.is_open:
        raise BatchClosed(receipt.batch)
    if receipt.channel == Receipt.Channel.ONLINE and not returned_by_processor:
        raise CorrectionRefused("This was paid online: the card processor has to return the money.")
    if live_refunds(receipt).exists() or receipt.disbursements.exists():
        raise CorrectionRefused("Some of this receipt was refunded or disbursed. Refund what is left of it instead.")


def _take_back_all(receipt: Receipt, by: User) -> None:
    """Undo the postings of a receipt. Those that a refund had taken back return as far as they are still owed.

    What a refund of it, voided since, took back and could not return is not applied any more.
    """
    rows = own_postings(receipt).values("line").annotate(cents=Sum("amount_cents"))
    net = {row["line"]: -row["cents"] for row in rows}
    if receipt.kind == Receipt.Kind.REFUND:
        owed = {line.pk: line.remaining_cents for line in service_lines(receipt.guarantor)}
        net = {line: min(cents, owed.get(line, 0)) for line, cents in net.items()}
    post_to_lines(
        receipt_number=receipt.pk,
        guarantor_id=receipt.guarantor_id,
        batch_id=receipt.batch_id,
        parts={line: cents for line, cents in net.items() if cents},
        by=by,
    )
