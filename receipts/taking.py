"""Money that people take at the desk or by mail: receipt, postings and email, in one transaction."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from batches.services import get_attached_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.selectors import get_practice
from receipts.balances import find_recent_receipt
from receipts.corrections.common import CorrectionRefused, lock_guarantor
from receipts.corrections.escrow import choose_lines
from receipts.issue import TransactionFacts, issue_receipt, post_to_lines
from receipts.models import Receipt

# Within it a second payment of the same guarantor is more likely the same one.
JUST_NOW = dt.timedelta(minutes=15)


class TakenJustNow(Exception):
    """Money of this guarantor was received a moment ago, and nobody said why there is more."""


def find_taken_just_now(guarantor: Guarantor) -> Receipt | None:
    """The payment of this guarantor that a second one would most likely repeat."""
    return find_recent_receipt(guarantor=guarantor, since=timezone.now() - JUST_NOW)


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
        recent = find_taken_just_now(guarantor)
        if recent and not second_reason.strip():
            raise TakenJustNow(recent.pk)
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
            mail=wants_email,
        )
        post_to_lines(
            receipt_number=number, guarantor_id=guarantor_id, batch_id=batch.pk, parts=chosen, by=by, is_new=True
        )
    return number
