"""Money that people take and give back, at the desk or by mail: receipt, postings and email, in one transaction."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from batches.services import get_attached_batch
from notifications.services import queue_receipt_email
from pops.accounts.models import Guarantor, User
from pops.practice.selectors import get_practice
from receipts.balances import find_recent_receipt
from receipts.corrections import CorrectionRefused, choose_lines, lock_guarantor, refund_at_desk
from receipts.models import Receipt
from receipts.services import TransactionFacts, issue_receipt, post_to_lines

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
        )
        post_to_lines(
            receipt_number=number, guarantor_id=guarantor_id, batch_id=batch.pk, parts=chosen, by=by, is_new=True
        )
        queue_receipt_email(receipt_number=number, guarantor_id=guarantor_id, wanted=wants_email)
    return number


def refund_payment(
    *, receipt_number: int, amounts: Mapping[str, int], reason: str, by: User, check_number: str = ""
) -> int:
    """Give money back at the desk, in cents by method, and queue the email about it. The refund's own receipt.

    Raises what receipts.corrections.refund_at_desk() raises.
    """
    with transaction.atomic():
        number = refund_at_desk(
            receipt_number=receipt_number,
            amounts=amounts,
            reason=reason,
            today=get_practice().business_date(timezone.now()),
            by=by,
            check_number=check_number,
        )
        guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=number)
        queue_receipt_email(receipt_number=number, guarantor_id=guarantor_id)
    return number
