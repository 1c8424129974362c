"""Move: a receipt goes to another open batch of its date."""

from django.db import transaction

from batches.models import ReferenceBatch
from batches.services import BatchClosed, lock_day
from pops.core.access.models import User
from receipts.corrections.common import CorrectionRefused, require_reason
from receipts.models import Posting, Receipt, ReceiptMove


def move_receipt(*, receipt_number: int, to_batch_id: int, reason: str, by: User) -> ReceiptMove:
    """Move a receipt to another open batch of its date, with its postings. Raises BatchClosed, CorrectionRefused.

    What was paid online stays in API Payments, and nothing else goes there: the desk never counts it.
    """
    reason = require_reason(reason)
    date = Receipt.objects.values_list("received_on", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_day(date=date)
        receipt = Receipt.objects.select_related("batch").get(pk=receipt_number)
        origin, target = receipt.batch, ReferenceBatch.objects.filter(pk=to_batch_id).first()
        if target is None or target.batch_date != date:
            raise CorrectionRefused("A receipt can only move to a batch of its own date.")
        if origin == target:
            raise CorrectionRefused("The receipt is in this batch already.")
        if origin.is_api or target.is_api:
            raise CorrectionRefused("Online payments stay in their API Payments batch, and others out of it.")
        for batch in (origin, target):
            if not batch.is_open:
                raise BatchClosed(batch)
        move = ReceiptMove.objects.create(
            receipt=receipt, from_batch=origin, to_batch=target, reason=reason, moved_by=by
        )
        Receipt.objects.filter(pk=receipt_number).update(batch=target)
        Posting.objects.filter(receipt=receipt_number, batch=origin).update(batch=target)
    return move
