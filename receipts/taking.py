"""Money that people take at the desk or by mail: receipt, postings and email, in one transaction."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse
from receipts.balances import find_taken_just_now
from receipts.corrections.escrow import choose_lines
from receipts.issue import TransactionFacts, issue_receipt, post_to_lines
from receipts.models import Receipt
from receipts.owed import why_not_as_seen


class TakenJustNow(Refused):
    """Money of this guarantor was received a moment ago, and nobody said why there is more."""

    def __init__(self) -> None:
        super().__init__("taken_just_now", "Say why there is a second payment, or leave this page.")


def take_payment(
    *,
    guarantor_id: int,
    tenders: list[TransactionFacts],
    channel: Receipt.Channel,
    parts: Mapping[int, int] | None,
    now: dt.datetime,
    today: dt.date,
    by: User,
    wants_email: bool = True,
    second_reason: str = "",
    seen: Mapping[int, int] | None = None,
) -> int:
    """Record money in the batch that `by` works in and return the receipt's number.

    `parts` are cents by service line, None for the oldest first, empty for none; the rest is escrow. `seen` are the
    cents that `by` saw owed, by line. Raises NoAttachedBatch, Refused, BalanceChanged, and TakenJustNow unless there is
    a reason for a second payment.
    """
    if not tenders or any(tender.amount_cents <= 0 for tender in tenders):
        raise Refused("no_amount", "Enter at least one amount above $0.00.")
    with transaction.atomic():
        held = hold(days=[today], guarantor=guarantor_id)
        guarantor = Guarantor.objects.get(pk=guarantor_id)
        refuse(why_not_use(guarantor))
        batch = get_attached_batch(held, today=today, by=by)
        refuse(why_not_as_seen(guarantor, seen))
        reason = _reason_for_second(guarantor, second_reason, now)
        amount = sum(tender.amount_cents for tender in tenders)
        chosen = {} if parts is None else choose_lines(guarantor, cents=amount, wanted=parts)
        number = issue_receipt(
            held,
            guarantor_id=guarantor_id,
            batch_id=batch.pk,
            channel=channel,
            received_on=today,
            received_at=now,
            transactions=tenders,
            auto_post=parts is None,
            issued_by=by,
            reason=reason,
            mail=wants_email,
        )
        post_to_lines(held, receipt_number=number, batch_id=batch.pk, parts=chosen, by=by, is_new=True)
    return number


def _reason_for_second(guarantor: Guarantor, reason: str, now: dt.datetime) -> str:
    """Why there is a second payment; empty when there was none just now. Raises TakenJustNow without a reason."""
    if not find_taken_just_now(guarantor, now=now):
        return ""
    if not reason.strip():
        raise TakenJustNow
    return reason.strip()
