"""Paying: start an attempt, ask Stripe what became of it, record it once."""

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

import stripe
from django.db import connection, transaction
from django.utils import timezone

from batches.services import SHARED_DAY_LOCK_SQL, PeriodLocked, day_key, open_api_batch
from payments.disputes import record_dispute
from payments.gateway import intents as gateway
from payments.gateway import refunds as gateway_refunds
from payments.gateway.intents import Outcome, Result
from payments.models import Payment
from payments.refunds import record_charge_refunds
from pops.core.accounts.models import Guarantor
from pops.core.practice.selectors import get_practice
from pops.core.words import day
from receipts.issue import issue_receipt
from receipts.models import Receipt

logger = logging.getLogger(__name__)

State = Payment.State

ATTEMPTS_ALLOWED = 10
ATTEMPTS_WINDOW = dt.timedelta(minutes=10)


class TooManyAttempts(Exception):
    """The guarantor started too many payments in a short time."""


# --- Starting ---------------------------------------------------------------------------------------------


def start_payment(*, payment_id: uuid.UUID, guarantor: Guarantor, amount_cents: int) -> Payment:
    """Start an attempt under an id chosen by the page: a double click or a reload is the same attempt.

    The row is committed before Stripe is asked for anything. Raises TooManyAttempts, and
    Payment.DoesNotExist when the id is another guarantor's.
    """
    recent = guarantor.payments.filter(started_at__gt=timezone.now() - ATTEMPTS_WINDOW)
    if recent.exclude(pk=payment_id).count() >= ATTEMPTS_ALLOWED:
        raise TooManyAttempts
    Payment.objects.bulk_create(
        [Payment(pk=payment_id, guarantor=guarantor, amount_cents=amount_cents)], ignore_conflicts=True
    )
    return guarantor.payments.get(pk=payment_id)


def ensure_intent(*, payment: Payment) -> stripe.PaymentIntent:
    """The attempt's PaymentIntent, made at Stripe the first time."""
    if payment.intent_id:
        return gateway.get_intent(payment.intent_id)
    intent = gateway.create_intent(payment)
    payment.intent_id = intent.id
    payment.save(update_fields=["intent_id"])
    return intent


# --- Settling: the webhook, the browser's return and the sweep all come through here ------------------------


def settle_payment(*, payment_id: uuid.UUID, give_up: bool = False) -> Payment:
    """Ask Stripe what became of an attempt and record it. Safe to call any number of times, from anywhere.

    A declined attempt is canceled at Stripe first, so that it can't be paid after we said it wasn't. With
    `give_up` the same is done with one that nobody paid. Raises stripe.StripeError when Stripe can't be asked.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state in Payment.FINAL:
        return payment
    try:
        intent = ensure_intent(payment=payment)
    except stripe.InvalidRequestError:
        if give_up and not payment.intent_id:  # Stripe never took it on: there is nothing to cancel
            _move(payment_id, State.ABANDONED)
        raise
    outcome = gateway.read_outcome(intent)
    if intent.status != "canceled" and (
        outcome.result is Result.DECLINED or (give_up and outcome.result is Result.OPEN)
    ):
        outcome = gateway.read_outcome(gateway.cancel_intent(payment))
    record_outcome(payment_id=payment_id, outcome=outcome)
    payment.refresh_from_db()
    if payment.state == State.PAID:
        catch_up(intent)
        _close_other_attempts(payment)
    return payment


def catch_up(intent: stripe.PaymentIntent) -> None:
    """Record what was refunded or disputed before there was a receipt: those events found nothing here.

    Raises stripe.StripeError when Stripe can't be asked.
    """
    charge = intent.latest_charge
    if not isinstance(charge, stripe.Charge):
        return
    if charge.amount_refunded:
        record_charge_refunds(charge_id=charge.id)
    if charge.disputed:
        for facts in gateway_refunds.list_disputes(charge.id):
            record_dispute(facts=facts)


def _close_other_attempts(payment: Payment) -> None:
    """Who paid in one window and left another open must not pay there again without being asked."""
    for other in Payment.objects.filter(guarantor=payment.guarantor_id, state=State.STARTED).exclude(pk=payment.pk):
        try:
            settle_payment(payment_id=other.pk, give_up=True)
        except stripe.StripeError:
            logger.warning("Attempt %s could not be closed; the sweep does it later", other.pk)


@dataclass(frozen=True)
class LockedPayment:
    """The attempt's row, locked together with its guarantor's."""

    state: str
    intent_id: str
    amount_cents: int
    currency: str
    guarantor_id: int
    auto_post: bool


def record_outcome(*, payment_id: uuid.UUID, outcome: Outcome) -> int | None:
    """Record what became of an attempt, once, in one transaction. The number of the receipt it issued, if any.

    Nothing is asked of Stripe in here. A copy of the same news finds it recorded and changes nothing.
    """
    received_on = get_practice().business_date(outcome.occurred_at)
    try:
        return _record(payment_id, outcome, received_on)
    except PeriodLocked as locked:
        # Late money for a period that was locked at month-end counts for the first day after it.
        note = (
            f"The money came on {day(received_on)}, in a period that was closed. "
            f"It counts for {day(locked.first_open)}."
        )
        return _record(payment_id, outcome, locked.first_open, note=note)


def _record(payment_id: uuid.UUID, outcome: Outcome, received_on: dt.date, *, note: str = "") -> int | None:
    with transaction.atomic():
        payment = lock_payment(payment_id=payment_id, received_on=received_on)
        if payment.state in Payment.FINAL:
            return None
        doubt = find_doubt(payment, outcome)
        if doubt:
            logger.error("Payment %s needs review: %s", payment_id, doubt)
            _move(payment_id, State.REVIEW, review_reason=doubt)
        elif payment.state == State.UNSUCCESSFUL:
            return None
        elif outcome.result in (Result.PAID, Result.DECLINED):
            return issue_for(payment_id, payment, outcome, received_on, note=note)
        elif outcome.result is Result.PROCESSING:
            _move(payment_id, State.PROCESSING)
        elif outcome.result is Result.CANCELED:
            _move(payment_id, State.ABANDONED)
        return None


def lock_payment(*, payment_id: uuid.UUID, received_on: dt.date) -> LockedPayment:
    """Lock an attempt and its guarantor, after the shared lock of the date. Raises Payment.DoesNotExist.

    The guarantor's row keeps two payments of one guarantor from posting to the same balance.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH day AS MATERIALIZED (SELECT {SHARED_DAY_LOCK_SQL})
            SELECT p.state, coalesce(p.intent_id, ''), p.amount_cents, p.currency, p.guarantor_id, o.auto_post
            FROM day, payments_payment p
            JOIN accounts_guarantor g ON g.id = p.guarantor_id
            JOIN practice_group o ON o.id = g.group_id
            WHERE p.id = %(payment)s
            FOR NO KEY UPDATE OF p, g
            """,  # noqa: S608  a constant of ours
            {"payment": payment_id, "day": day_key(received_on)},
        )
        row = cursor.fetchone()
    if row is None:
        raise Payment.DoesNotExist(payment_id)
    return LockedPayment(*row)


def find_doubt(payment: LockedPayment, outcome: Outcome) -> str:
    """Why money can't be accepted without a person looking at it; empty when all is well."""
    if payment.intent_id != outcome.intent_id:
        return f"Stripe's object {outcome.intent_id} belongs to another attempt."
    if outcome.result is not Result.PAID:
        return ""
    if payment.state == State.UNSUCCESSFUL:
        return f"{outcome.amount_cents} cents were paid after the attempt was recorded as unsuccessful."
    if (outcome.amount_cents, outcome.currency) != (payment.amount_cents, payment.currency):
        return (
            f"Stripe received {outcome.amount_cents} {outcome.currency}, "
            f"the guarantor agreed to {payment.amount_cents} {payment.currency} (smallest units)."
        )
    return ""


def issue_for(
    payment_id: uuid.UUID, payment: LockedPayment, outcome: Outcome, received_on: dt.date, *, note: str = ""
) -> int:
    """Issue the receipt of a locked attempt and move the attempt on. The receipt's number."""
    receipt_number = issue_receipt(
        guarantor_id=payment.guarantor_id,
        batch_id=open_api_batch(batch_date=received_on),
        channel=Receipt.Channel.ONLINE,
        received_on=received_on,
        received_at=outcome.occurred_at,
        transactions=outcome.transactions,
        auto_post=payment.auto_post,
        reason=note,
    )
    if outcome.result is Result.PAID:
        _move(payment_id, State.PAID, receipt_number=receipt_number)
    else:
        _move(payment_id, State.UNSUCCESSFUL, receipt_number=receipt_number)
    return receipt_number


def _move(payment_id: uuid.UUID, state: State, *, receipt_number: int | None = None, review_reason: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payments_payment
            SET state = %s, receipt_id = coalesce(%s, receipt_id), review_reason = %s, checked_at = now()
            WHERE id = %s
            """,
            [state.value, receipt_number, review_reason, payment_id],
        )
