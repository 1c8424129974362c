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
from receipts.balances import get_on_the_way_cents, get_receipt_balance, is_disputed, sum_returned
from receipts.corrections.common import Returned, get_guarantor_id
from receipts.corrections.refund import NothingToRefund, RefundTooMuch
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
    if all(is_disputed(receipt, charge) for charge in find_charges(receipt)):
        words = "The cardholder disputes this payment: the bank decides, it can't be refunded now."
        return Refused("disputed", words)
    if find_left_by_charge(receipt):
        return None
    return Returned() if get_receipt_balance(receipt).returned_cents else NothingToRefund()


def why_not_void_online(receipt: Receipt, *, today: dt.date) -> Refused | None:
    """Why all of a payment made online can't be given back by voiding its receipt."""
    if refusal := why_not_refund_online(receipt):
        is_gone = isinstance(refusal, (NothingToRefund, Returned))
        return (why_not_void(receipt, today=today, returned_by_processor=True) if is_gone else None) or refusal
    if len(find_charges(receipt)) > 1:
        return Refused("in_parts", "This payment was charged in parts. Refund each part instead.")
    return why_not_void(receipt, today=today, returned_by_processor=True)


def find_charges(receipt: Receipt) -> dict[str, int]:
    """The charges by which a payment came, in cents by Stripe's id: one, unless it was split."""
    taken = receipt.transactions.filter(amount_cents__gt=0)
    return dict(taken.values_list("number", "amount_cents"))


def find_left_by_charge(receipt: Receipt) -> dict[str, int]:
    """What can still be refunded of each charge, in cents: without refunds in flight, and nothing of disputed ones."""
    left = get_receipt_balance(receipt).left_cents - get_on_the_way_cents(receipt)
    gone = sum_returned(receipt.pk)
    for refund in receipt.processor_refunds.exclude(state=State.FAILED, refund_receipt=None):
        gone[refund.charge_id] += refund.amount_cents
    by_charge = {charge: min(cents - gone[charge], left) for charge, cents in find_charges(receipt).items()}
    return {charge: cents for charge, cents in by_charge.items() if cents > 0 and not is_disputed(receipt, charge)}


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
    charge_id: str = "",
) -> Refund:
    """Start the refund of a payment made online, whole (`cents` None) or in part, then ask Stripe for it.

    Of a payment that was charged in parts it is of one of them, `charge_id`. `refund_id` is chosen by the page: a
    double click is the same refund. When Stripe can't be reached it stays requested and the sweep asks again.
    Raises NoAttachedBatch, RefundTooMuch, BatchClosed, Refused.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        held = hold(days=[today], guarantor=get_guarantor_id(receipt_number))
        refund = Refund.objects.filter(pk=refund_id).first()
        if refund is None:
            get_attached_batch(held, today=today, by=by)
            refund = _start(refund_id, receipt_number, cents, reason, by, voids=voids, today=today, charge_id=charge_id)
        cents = refund.amount_cents if cents is None else cents
        asked = (receipt_number, voids, cents, charge_id or refund.charge_id)
        if asked != (refund.receipt_id, refund.voids, refund.amount_cents, refund.charge_id):
            words = "This refund was begun before, of something else. Open the receipt and begin again."
            raise Refused("form_used", words)
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
    charge_id: str,
) -> Refund:
    receipt = Receipt.objects.select_related("batch", "void").get(pk=receipt_number)
    refuse(why_not_void_online(receipt, today=today) if voids else why_not_refund_online(receipt))
    left = find_left_by_charge(receipt)
    if not charge_id and len(left) > 1:
        raise Refused("which_part", "This payment was charged in parts. Choose the one to refund.")
    charge = charge_id or next(iter(left))
    wanted = receipt.amount_cents if voids else left.get(charge, 0) if cents is None else cents
    if not 0 < wanted <= left.get(charge, 0):
        raise RefundTooMuch
    return Refund.objects.create(
        pk=refund_id,
        receipt=receipt,
        charge_id=charge,
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
        if refusal.is_in_use:  # another call asks for the same just now: it records what comes of it
            return
        # A definite no: nothing was refunded.
        Refund.objects.filter(pk=refund.pk, state=State.REQUESTED).update(
            state=State.FAILED, note=refusal.words[:300], checked_at=now
        )
    else:
        record_refund(payment=refund.receipt, facts=facts, now=now)
