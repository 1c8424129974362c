"""Disputes, as Stripe tells them. They flag the receipt and block its refund; of a lost one the money is gone."""

import datetime as dt
import functools
import logging
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from batches.opening import open_api_batch
from batches.period import on_or_after
from payments.gateway.disputes import DisputeFacts
from payments.models import Dispute
from payments.recording.own import find_own
from pops.core.locks import hold
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from receipts.balances import sum_returned
from receipts.corrections.returned import Booking, Notice, Reason, issue_return
from receipts.models import Receipt, Transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loss:
    """A dispute that is lost, and when that was learned."""

    dispute_id: str
    receipt_number: int
    now: dt.datetime


def record_dispute(*, receipt_number: int, facts: DisputeFacts, now: dt.datetime) -> None:
    """Keep the dispute of a receipt as it is at Stripe now. Of a lost one a receipt says that the money is gone.

    What can't be recorded so stays a lost dispute without a receipt: it is in the inbox either way.
    """
    dispute = _keep(receipt_number, facts)
    if dispute.status != Dispute.LOST or dispute.returned_receipt_id:
        return
    today = get_practice().business_date(now)
    try:
        on_or_after(today, functools.partial(_record_loss, Loss(dispute.pk, receipt_number, now)))
    except (Refused, IntegrityError) as error:
        logger.error("The lost dispute %s has no receipt: %s", dispute.pk, error)


@transaction.atomic
def _keep(receipt_number: int, facts: DisputeFacts) -> Dispute:
    """Two who asked Stripe may come here in any order: what is lost may be won yet, but goes back to no question."""
    known = Dispute.objects.select_for_update().filter(pk=facts.stripe_id).first()
    is_old_news = known is not None and known.status == Dispute.LOST and facts.status not in Dispute.OVER
    dispute, _ = Dispute.objects.update_or_create(
        stripe_id=facts.stripe_id,
        defaults={
            "receipt_id": receipt_number,
            "charge_id": facts.charge_id,
            "amount_cents": facts.amount_cents,
            "reason": facts.reason,
            "status": Dispute.LOST if is_old_news else facts.status,
            "opened_at": facts.opened_at,
            "due_by": facts.due_by,
        },
    )
    return dispute


@transaction.atomic
def _record_loss(loss: Loss, date: dt.date) -> None:
    """Take the money back by a receipt in API Payments: Stripe takes it out of what it pays."""
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=loss.receipt_number)
    held = hold(days=[date], guarantor=guarantor_id)
    dispute = Dispute.objects.select_for_update().get(pk=loss.dispute_id)
    receipt = Receipt.objects.select_related("void", "guarantor").get(pk=loss.receipt_number)
    held.need(guarantor=receipt.guarantor_id)  # or the account was merged just now: the news is told again
    moved = Transaction.objects.filter(receipt=receipt, number=dispute.charge_id).first()
    if dispute.returned_receipt_id or moved is None or hasattr(receipt, "void"):
        return
    # Several disputes of one charge take no more than it brought.
    cents = min(dispute.amount_cents, moved.amount_cents - sum_returned(receipt.pk)[moved.number])
    if cents <= 0:
        return
    batch_id = open_api_batch(held, batch_date=date)
    dispute.returned_receipt_id = issue_return(
        held,
        receipt=receipt,
        moved=moved,
        cents=cents,
        notice=Notice(Reason.DISPUTED, date),
        booking=Booking(batch_id, date, loss.now, None, Receipt.Channel.ONLINE),
        own=find_own(receipt_number=receipt.pk, charge_id=dispute.charge_id),
    )
    dispute.save(update_fields=["returned_receipt"])
    connection.check_constraints()
