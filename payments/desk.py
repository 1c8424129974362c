"""Taking a payment at the desk or from the mail: receipt, postings and email, in one transaction."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from batches.services import get_attached_batch
from notifications.services import queue_receipt_email
from pops.accounts.models import User
from pops.practice.selectors import get_practice
from receipts.balances import find_recent_receipt
from receipts.corrections import CorrectionRefused, choose_lines, lock_guarantor
from receipts.models import Receipt
from receipts.services import TransactionFacts, issue_receipt, post_to_lines

# Within it a second payment of the same guarantor is more likely the same one.
JUST_NOW = dt.timedelta(minutes=15)


class TakenJustNow(Exception):
    """Money of this guarantor was recorded a moment ago; `receipt` is that payment."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(f"Receipt {receipt.pk} was issued a moment ago.")
        self.receipt = receipt


def take_payment(
    *,
    guarantor_id: int,
    tenders: list[TransactionFacts],
    channel: Receipt.Channel,
    parts: Mapping[int, int] | None,
    by: User,
    wants_email: bool = True,
    second_reason: str = "",
) -> int:
    """Record money in the batch that `by` works in and return the receipt's number.

    `parts` are cents by service line, None for the oldest first, empty for none; the rest is escrow. Raises
    NoAttachedBatch, CorrectionRefused, and TakenJustNow unless there is a reason for a second payment.
    """
    if not tenders or any(tender.amount_cents <= 0 for tender in tenders):
        raise CorrectionRefused("Enter at least one amount above $0.00.")
    now = timezone.now()
    today = get_practice().business_date(now)
    with transaction.atomic():
        guarantor = lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        recent = find_recent_receipt(guarantor=guarantor, since=now - JUST_NOW)
        if recent and not second_reason.strip():
            raise TakenJustNow(recent)
        amount = sum(tender.amount_cents for tender in tenders)
        chosen = {} if parts is None else choose_lines(guarantor, amount, parts)
        number = issue_receipt(
            guarantor_id=guarantor_id,
            batch_id=batch.pk,
            channel=channel,
            received_on=today,
            received_at=now,
            transactions=tenders,
            auto_post=parts is None,
            issued_by=by,
            reason=second_reason.strip() if recent else "",
        )
        post_to_lines(
            receipt_number=number, guarantor_id=guarantor_id, batch_id=batch.pk, parts=chosen, by=by, is_new=True
        )
        queue_receipt_email(receipt_number=number, guarantor_id=guarantor_id, wanted=wants_email)
    return number
