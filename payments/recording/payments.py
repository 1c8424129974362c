"""The one transaction that records what became of an attempt."""

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

from django.db import connection, transaction

from batches.services import PeriodLocked, open_api_batch
from payments.gateway.intents import Outcome, Result
from payments.models import Payment
from pops.core.locks import DAY_LOCKS, Held
from pops.core.practice.selectors import get_practice
from pops.core.words import day
from receipts.issue import issue_receipt
from receipts.models import Receipt

logger = logging.getLogger(__name__)

State = Payment.State


@dataclass(frozen=True)
class LockedPayment:
    """The attempt's row, locked together with its guarantor's, and what is held with it."""

    id: uuid.UUID
    held: Held
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
            move(payment_id, State.REVIEW, review_reason=doubt)
        elif payment.state == State.UNSUCCESSFUL:
            return None
        elif outcome.result in (Result.PAID, Result.DECLINED):
            return issue_for(payment, outcome, received_on, note=note)
        elif outcome.result is Result.PROCESSING:
            move(payment_id, State.PROCESSING)
        elif outcome.result is Result.CANCELED:
            move(payment_id, State.ABANDONED)
        return None


def lock_payment(*, payment_id: uuid.UUID, received_on: dt.date) -> LockedPayment:
    """Lock an attempt and its guarantor, after the shared lock of the date. Raises Payment.DoesNotExist.

    pops.core.locks.hold() in one statement with what has to be read anyway: its order is the same. The guarantor's
    row keeps two payments of one guarantor from posting to the same balance.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH day AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({DAY_LOCKS}, %(day)s))
            SELECT p.state, coalesce(p.intent_id, ''), p.amount_cents, p.currency, p.guarantor_id, o.auto_post
            FROM day, payments_payment p
            JOIN accounts_guarantor g ON g.id = p.guarantor_id
            JOIN practice_group o ON o.id = g.group_id
            WHERE p.id = %(payment)s
            FOR NO KEY UPDATE OF p, g
            """,  # noqa: S608  a constant of ours
            {"payment": payment_id, "day": received_on.toordinal()},
        )
        row = cursor.fetchone()
    if row is None:
        raise Payment.DoesNotExist(payment_id)
    held = Held(days=frozenset([received_on]), alone=frozenset(), guarantor_id=row[4])
    return LockedPayment(payment_id, held, *row)


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


def issue_for(payment: LockedPayment, outcome: Outcome, received_on: dt.date, *, note: str = "") -> int:
    """Issue the receipt of a locked attempt and move the attempt on. The receipt's number."""
    receipt_number = issue_receipt(
        payment.held,
        guarantor_id=payment.guarantor_id,
        batch_id=open_api_batch(batch_date=received_on),
        channel=Receipt.Channel.ONLINE,
        received_on=received_on,
        received_at=outcome.occurred_at,
        transactions=outcome.transactions,
        auto_post=payment.auto_post,
        reason=note,
    )
    state = State.PAID if outcome.result is Result.PAID else State.UNSUCCESSFUL
    move(payment.id, state, receipt_number=receipt_number)
    return receipt_number


def move(payment_id: uuid.UUID, state: State, *, receipt_number: int | None = None, review_reason: str = "") -> None:
    """Move an attempt on. It was asked about just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payments_payment
            SET state = %s, receipt_id = coalesce(%s, receipt_id), review_reason = %s, checked_at = now()
            WHERE id = %s
            """,
            [state.value, receipt_number, review_reason, payment_id],
        )
