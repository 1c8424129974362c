"""Take back: what was applied to the wrong service goes back to escrow, and is applied anew from there."""

import datetime as dt
from collections.abc import Mapping

from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse, require_reason
from pops.core.transactions import joined
from receipts.balances import find_applied_lines
from receipts.corrections.common import get_guarantor_id
from receipts.issue import post_to_lines
from receipts.models import Receipt
from receipts.owed import lock_lines


def why_not_take_back(receipt: Receipt) -> Refused | None:
    """Why nothing of a receipt can be taken back from services. Of a voided one all was."""
    if receipt.is_money_out:
        return Refused("is_refund", "This money went away again: take back from the payment that it belongs to.")
    if not find_applied_lines(receipt):
        return Refused("nothing_applied", "Nothing of this receipt is applied to a service.")
    return None


def take_back_postings(*, receipt_number: int, parts: Mapping[int, int], reason: str, today: dt.date, by: User) -> int:
    """Take back cents by service line, to the receipt's escrow. The cents taken back.

    The closed day of the posting stays as it is: what takes it back goes into the batch that `by` works in. Raises
    NoAttachedBatch, Refused.
    """
    reason = require_reason(reason)
    with joined():
        held = hold(days=[today], guarantor=get_guarantor_id(receipt_number))
        batch = get_attached_batch(held, today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        refuse(why_not_take_back(receipt) or _why_not_parts(parts, find_applied_lines(receipt)))
        lock_lines(parts)
        back = {line: -cents for line, cents in parts.items()}
        post_to_lines(held, receipt_number=receipt_number, batch_id=batch.pk, parts=back, by=by, reason=reason)
    return sum(parts.values())


def _why_not_parts(parts: Mapping[int, int], applied: Mapping[int, int]) -> Refused | None:
    if not parts:
        return Refused("no_amount", "Enter how much to take back from at least one service.")
    if any(not 0 < cents <= applied.get(line, 0) for line, cents in parts.items()):
        words = "This is more than what is applied to the service now. Look at the receipt again."
        return Refused("line_has_less", words)
    return None
