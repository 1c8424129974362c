"""Giving money back to the card: asked for here, by staff."""

import datetime as dt
import logging
import uuid

from django.db import transaction

from batches.working import get_attached_batch
from payments.gateway.client import OutOfReach, Rejected
from payments.gateway.refunds import create_refund
from payments.models import Payment, Refund
from payments.recording.refunds import record_refund
from payments.truth import bring_up_to_date
from pops.core.access.models import User
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse, require_reason
from receipts.balances import get_on_the_way_cents, get_receipt_balance, is_disputed
from receipts.corrections.common import get_guarantor_id
from receipts.corrections.refund import RefundTooMuch
from receipts.corrections.void import why_not_void
from receipts.models import Receipt

logger = logging.getLogger(__name__)

State = Refund.State


def why_not_refund_online(receipt: Receipt) -> Refused | None:
    """Why nothing of a receipt can be given back to the card."""
    if not receipt.is_online_payment or not receipt.is_paid:
        return Refused("not_online", "Only money that was paid online is refunded by the card processor.")
    if hasattr(receipt, "void"):
        return Refused("voided", "This receipt was voided: there is nothing left to refund.")
    if is_disputed(receipt):
        words = "The cardholder disputes this payment: the bank decides, it can't be refunded now."
        return Refused("disputed", words)
    if get_left_online(receipt) <= 0:
        return RefundTooMuch()
    return None


def why_not_void_online(receipt: Receipt, *, today: dt.date) -> Refused | None:
    """Why all of a payment made online can't be given back by voiding its receipt."""
    return why_not_refund_online(receipt) or why_not_void(receipt, today=today, returned_by_processor=True)


def get_left_online(receipt: Receipt) -> int:
    """What can still be refunded to the card, in cents, refunds in flight taken off."""
    return get_receipt_balance(receipt).left_cents - get_on_the_way_cents(receipt)


def request_refund(
    *,
    refund_id: uuid.UUID,
    receipt_number: int,
    cents: int | None,
    reason: str,
    now: dt.datetime,
    today: dt.date,
    by: User,
    voids: bool = False,
) -> Refund:
    """Start the refund of a payment made online, whole (`cents` None) or in part, then ask Stripe for it.

    `refund_id` is chosen by the page: a double click is the same refund. When Stripe can't be reached it stays
    requested and the sweep asks again. Raises NoAttachedBatch, RefundTooMuch, BatchClosed, Refused.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        held = hold(days=[today], guarantor=get_guarantor_id(receipt_number))
        refund = Refund.objects.filter(pk=refund_id).first()
        same = (receipt_number, voids, refund.amount_cents if cents is None else cents) if refund else None
        if refund is not None and same != (refund.receipt_id, refund.voids, refund.amount_cents):
            words = "This form was used for another refund. Open the receipt and begin again."
            raise Refused("form_used", words)
        if refund is None:
            get_attached_batch(held, today=today, by=by)
            refund = _start(refund_id, receipt_number, cents, reason, by, voids=voids, today=today)
    try:
        return settle_refund(refund_id=refund.pk, now=now)
    except OutOfReach:
        logger.exception("Stripe could not be asked about refund %s", refund.pk)
        return refund


def void_online(*, receipt_number: int, reason: str, now: dt.datetime, today: dt.date, by: User) -> Refund:
    """Give all of a payment made online back and void its receipt once Stripe has done so. As request_refund().

    One void a receipt: its id is made of the receipt's number, so a second click is the same one. After one that
    Stripe refused it is another.
    """
    failed = Refund.objects.filter(receipt=receipt_number, voids=True, state=State.FAILED).count()
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"void {failed} of receipt {receipt_number}")
    return request_refund(
        refund_id=key, receipt_number=receipt_number, cents=None, reason=reason, now=now, today=today, by=by, voids=True
    )


def _start(
    refund_id: uuid.UUID,
    receipt_number: int,
    cents: int | None,
    reason: str,
    by: User,
    *,
    voids: bool,
    today: dt.date,
) -> Refund:
    receipt = Receipt.objects.select_related("batch", "void").get(pk=receipt_number)
    refuse(why_not_void_online(receipt, today=today) if voids else why_not_refund_online(receipt))
    left = get_left_online(receipt)
    wanted = receipt.amount_cents if voids else left if cents is None else cents
    if not 0 < wanted <= left:
        raise RefundTooMuch
    return Refund.objects.create(
        pk=refund_id,
        receipt=receipt,
        charge_id=receipt.transactions.exclude(amount_cents=0).get().number,
        amount_cents=wanted,
        voids=voids,
        reason=reason,
        requested_by=by,
    )


def settle_refund(*, refund_id: uuid.UUID, now: dt.datetime) -> Refund:
    """Ask Stripe for a refund, or about it, and record the answer. Safe to call any number of times.

    Raises Rejected, OutOfReach.
    """
    refund = Refund.objects.select_related("receipt").get(pk=refund_id)
    if refund.state == State.REQUESTED and not refund.stripe_id:
        _ask(refund, now)
    elif refund.state not in (State.FAILED, State.REVIEW, State.SETTLED):
        bring_up_to_date(payment_id=Payment.objects.get(receipt=refund.receipt_id).pk, now=now)
    refund.refresh_from_db()
    return refund


def _ask(refund: Refund, now: dt.datetime) -> None:
    try:
        facts = create_refund(refund_id=refund.pk, charge_id=refund.charge_id, amount_cents=refund.amount_cents)
    except Rejected as refusal:
        # A definite no: nothing was refunded.
        Refund.objects.filter(pk=refund.pk, state=State.REQUESTED).update(
            state=State.FAILED, note=refusal.words[:300], checked_at=now
        )
    else:
        record_refund(payment=refund.receipt, facts=facts, now=now)
