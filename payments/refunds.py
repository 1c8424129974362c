"""Refunds through the processor, asked for here or made in Stripe's dashboard. Each is recorded once."""

import datetime as dt
import logging
import uuid

import stripe
from django.db import transaction
from django.utils import timezone

from batches.services import BatchClosed, PeriodLocked, get_attached_batch, lock_day, open_api_batch
from payments.gateway import refunds as gateway_refunds
from payments.gateway.refunds import RefundFacts
from payments.models import Refund
from pops.core.access.models import User
from pops.core.practice.selectors import get_practice
from receipts.balances import get_on_the_way_cents, get_receipt_balance, is_disputed
from receipts.corrections.common import CorrectionRefused, RefundTooMuch, lock_guarantor, require_reason
from receipts.corrections.refund import issue_refund
from receipts.corrections.void import check_voidable, void_receipt
from receipts.issue import TransactionFacts, issue_receipt
from receipts.models import Receipt, Transaction

logger = logging.getLogger(__name__)

State = Refund.State
AT_STRIPE = "Refunded in Stripe's dashboard."


def request_refund(
    *, refund_id: uuid.UUID, receipt_number: int, cents: int | None, reason: str, by: User, voids: bool = False
) -> Refund:
    """Start the refund of a payment made online, whole (`cents` None) or in part, then ask Stripe for it.

    `refund_id` is chosen by the page: a double click is the same refund. When Stripe can't be reached it stays
    requested and the sweep asks again. Raises NoAttachedBatch, RefundTooMuch, BatchClosed, CorrectionRefused.
    """
    reason = require_reason(reason)
    today = get_practice().business_date(timezone.now())
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_guarantor(guarantor_id=guarantor_id, date=today)
        refund = Refund.objects.filter(pk=refund_id).first()
        same = (receipt_number, voids, refund.amount_cents if cents is None else cents) if refund else None
        if refund is not None and same != (refund.receipt_id, refund.voids, refund.amount_cents):
            raise CorrectionRefused("This form was used for another refund. Open the receipt and begin again.")
        if refund is None:
            get_attached_batch(today=today, by=by)
            refund = _start(refund_id, receipt_number, cents, reason, by, voids=voids, today=today)
    try:
        return settle_refund(refund_id=refund.pk)
    except stripe.StripeError:
        logger.exception("Stripe could not be asked about refund %s", refund.pk)
        return refund


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
    left = get_left_online(receipt)
    if voids:
        check_voidable(receipt, today=today, returned_by_processor=True)
        cents = receipt.amount_cents
    cents = left if cents is None else cents
    if not 0 < cents <= left:
        raise RefundTooMuch("This is more than what is left of the receipt.")
    return Refund.objects.create(
        pk=refund_id,
        receipt=receipt,
        charge_id=_get_charge(receipt).number,
        amount_cents=cents,
        voids=voids,
        reason=reason,
        requested_by=by,
    )


def get_left_online(receipt: Receipt) -> int:
    """What can still be refunded to the card, in cents, refunds in flight taken off.

    Raises CorrectionRefused when it can't be refunded at all.
    """
    if receipt.channel != Receipt.Channel.ONLINE or receipt.kind != Receipt.Kind.PAYMENT or not receipt.is_paid:
        raise CorrectionRefused("Only money that was paid online is refunded by the card processor.")
    if hasattr(receipt, "void"):
        raise CorrectionRefused("This receipt was voided: there is nothing left to refund.")
    if is_disputed(receipt):
        raise CorrectionRefused("The cardholder disputes this payment: the bank decides, it can't be refunded now.")
    return get_receipt_balance(receipt).left_cents - get_on_the_way_cents(receipt)


def _get_charge(receipt: Receipt) -> Transaction:
    return receipt.transactions.exclude(amount_cents=0).get()


def settle_refund(*, refund_id: uuid.UUID) -> Refund:
    """Ask Stripe about a refund, or for it, and record the answer. Safe to call any number of times.

    Raises stripe.StripeError when Stripe can't be asked.
    """
    refund = Refund.objects.get(pk=refund_id)
    if refund.state in (State.FAILED, State.REVIEW):
        return refund
    try:
        facts = (
            gateway_refunds.get_refund(refund.stripe_id) if refund.stripe_id else gateway_refunds.create_refund(refund)
        )
    except stripe.InvalidRequestError as error:
        # A definite no: nothing was refunded.
        Refund.objects.filter(pk=refund_id, state=State.REQUESTED).update(
            state=State.FAILED, note=str(error.user_message or error)[:300], checked_at=timezone.now()
        )
    else:
        record_refund(facts=facts)
    refund.refresh_from_db()
    return refund


def record_charge_refunds(*, charge_id: str) -> bool:
    """Record all refunds of a charge. False when the charge is none of ours."""
    if not Transaction.objects.filter(number=charge_id).exists():
        return False
    return all([record_refund(facts=facts) for facts in gateway_refunds.list_refunds(charge_id)])


def record_refund(*, facts: RefundFacts) -> bool:
    """Record what became of a refund, once, in one transaction. False when its charge is none of ours.

    Its receipt goes into API Payments of its own day, as the processor pays out by it.
    """
    payment = Receipt.objects.filter(transactions__number=facts.charge_id).first()
    if payment is None:
        return False
    practice = get_practice()
    is_failure = facts.state == State.FAILED
    date = practice.business_date(timezone.now() if is_failure else facts.occurred_at)
    try:
        _record(payment, facts, date)
    except PeriodLocked as locked:
        _record(payment, facts, locked.first_open)
    return True


@transaction.atomic
def _record(payment: Receipt, facts: RefundFacts, date: dt.date) -> None:
    if facts.refund_id and Refund.objects.filter(pk=facts.refund_id, voids=True).exists():
        lock_day(date=date)  # alone: a void is not recorded beside payments
    lock_guarantor(guarantor_id=payment.guarantor_id, date=date)
    refund = _find_or_adopt(payment, facts)
    if refund.state in (State.FAILED, State.REVIEW):
        return
    refund.stripe_id, refund.checked_at = facts.stripe_id, timezone.now()
    if facts.state == State.FAILED:
        _undo(refund, facts, date)
    elif not _is_recorded(refund):
        _give_back(refund, facts, date)
    if refund.state != State.REVIEW and not (refund.state == State.SUCCEEDED and facts.state == State.PENDING):
        refund.state = facts.state
    refund.save()


def _find_or_adopt(payment: Receipt, facts: RefundFacts) -> Refund:
    """Our row of a refund; made now for one that was made at Stripe. The guarantor's row is held: no race."""
    rows = Refund.objects.select_for_update(of=["self"]).select_related("receipt__batch")
    found = rows.filter(stripe_id=facts.stripe_id).first()
    if found is None and facts.refund_id:
        found = rows.filter(pk=facts.refund_id, receipt=payment).first()
    return found or Refund.objects.create(
        receipt=payment,
        charge_id=facts.charge_id,
        amount_cents=facts.amount_cents,
        reason=AT_STRIPE,
        stripe_id=facts.stripe_id,
    )


def _is_recorded(refund: Refund) -> bool:
    return refund.refund_receipt_id is not None or (refund.voids and hasattr(refund.receipt, "void"))


def _give_back(refund: Refund, facts: RefundFacts, date: dt.date) -> None:
    """Void the payment, or issue the refund's receipt: also when its batch was closed on the way."""
    receipt = refund.receipt
    if refund.voids and refund.requested_by and _try_void(refund, date, refund.requested_by):
        return
    charge = Transaction.objects.get(number=facts.charge_id)
    tender = TransactionFacts(
        number=facts.stripe_id,
        method=charge.method,
        amount_cents=-facts.amount_cents,
        requested_cents=-facts.amount_cents,
        card_brand=charge.card_brand,
        card_last4=charge.card_last4,
        card_expiry=charge.card_expiry,
    )
    try:
        with transaction.atomic():
            number = issue_refund(
                receipt=receipt,
                tenders=[tender],
                batch_id=open_api_batch(batch_date=date),
                received_on=date,
                received_at=facts.occurred_at,
                reason=refund.reason,
                by=refund.requested_by,
                channel=Receipt.Channel.ONLINE,
            )
    except RefundTooMuch as error:
        logger.error("Refund %s needs review: %s", facts.stripe_id, error)
        refund.state, refund.note = State.REVIEW, "Stripe refunded more than what is left of the receipt here."
        return
    refund.refund_receipt_id = number


def _try_void(refund: Refund, date: dt.date, by: User) -> bool:
    try:
        with transaction.atomic():
            void_receipt(
                receipt_number=refund.receipt_id, reason=refund.reason, today=date, by=by, returned_by_processor=True
            )
    except (BatchClosed, CorrectionRefused):
        return False
    return True


def _undo(refund: Refund, facts: RefundFacts, date: dt.date) -> None:
    """The bank gave the money back after the receipt: another receipt brings it in again."""
    refund.note = facts.failure or "The bank did not take the refund."
    if not _is_recorded(refund):
        return
    charge = Transaction.objects.get(number=facts.charge_id)
    refund.undone_receipt_id = issue_receipt(
        guarantor_id=refund.receipt.guarantor_id,
        batch_id=open_api_batch(batch_date=date),
        channel=Receipt.Channel.ONLINE,
        received_on=date,
        received_at=timezone.now(),
        transactions=[
            TransactionFacts(
                number=f"{facts.stripe_id}-failed",
                method=charge.method,
                amount_cents=facts.amount_cents,
                requested_cents=facts.amount_cents,
                card_brand=charge.card_brand,
                card_last4=charge.card_last4,
                card_expiry=charge.card_expiry,
            )
        ],
        auto_post=refund.receipt.guarantor.group.auto_post,
        kind=Receipt.Kind.UNDONE,
        refund_of=refund.refund_receipt_id or refund.receipt_id,
        reason=f"{refund.note} The money is here again."[:300],
    )
