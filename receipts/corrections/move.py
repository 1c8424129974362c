"""Move: a receipt goes to another open batch of its date."""

from batches.holding import BatchClosed
from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse, require_reason
from pops.core.transactions import joined
from receipts.models import Posting, Receipt, ReceiptMove


def why_not_move(receipt: Receipt) -> Refused | None:
    """Why a receipt can't leave its batch. What was paid online stays in API Payments: the desk never counts it."""
    if receipt.batch.is_api:
        return Refused("paid_online", "Online payments stay in their API Payments batch, and others out of it.")
    return None if receipt.batch.is_open else BatchClosed(receipt.batch)


def why_not_move_to(receipt: Receipt, target: ReferenceBatch | None) -> Refused | None:
    """Why a receipt can't go to a batch."""
    if target is None or target.batch_date != receipt.received_on:
        return Refused("another_date", "A receipt can only move to a batch of its own date.")
    if target == receipt.batch:
        return Refused("same_batch", "The receipt is in this batch already.")
    if target.is_api:
        return Refused("paid_online", "Online payments stay in their API Payments batch, and others out of it.")
    return why_not_move(receipt) or (None if target.is_open else BatchClosed(target))


def move_receipt(*, receipt_number: int, to_batch_id: int, reason: str, by: User) -> ReceiptMove:
    """Move a receipt to another open batch of its date, with its postings. Raises BatchClosed, Refused."""
    reason = require_reason(reason)
    date = Receipt.objects.values_list("received_on", flat=True).get(pk=receipt_number)
    with joined():
        hold(alone=[date])
        receipt = Receipt.objects.select_related("batch").get(pk=receipt_number)
        origin, target = receipt.batch, ReferenceBatch.objects.filter(pk=to_batch_id).first()
        refuse(why_not_move_to(receipt, target))
        assert target is not None  # or it was refused
        move = ReceiptMove.objects.create(
            receipt=receipt, from_batch=origin, to_batch=target, reason=reason, moved_by=by
        )
        Receipt.objects.filter(pk=receipt_number).update(batch=target)
        Posting.objects.filter(receipt=receipt_number, batch=origin).update(batch=target)
    return move
