"""The one transaction that records what became of an attempt."""

import datetime as dt
import functools
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from batches.opening import open_api_batch
from batches.period import PeriodLocked
from payments.gateway.intents import Outcome, Result
from payments.models import Part, Payment
from payments.notices import post_unsuccessful
from pops.core.locks import Held
from pops.core.money import format_cents
from pops.core.words import day
from receipts.issue import as_json, wake_workers

logger = logging.getLogger(__name__)

State = Payment.State
T = TypeVar("T")


@dataclass(frozen=True)
class LockedPayment:
    """The attempt's row, locked together with its guarantor's, and what is held with it."""

    id: uuid.UUID
    received_on: dt.date
    state: str
    intent_id: str
    amount_cents: int
    currency: str
    guarantor_id: int
    auto_post: bool
    parts: tuple[Part, ...] = ()  # of one that is split

    @property
    def agreed(self) -> dict[str, int]:
        """What the guarantor agreed to, in cents by PaymentIntent."""
        if not self.parts:
            return {self.intent_id: self.amount_cents}
        return {part.intent_id or "": part.amount_cents for part in self.parts}

    @property
    def held(self) -> Held:
        """What settle.sql holds for this attempt, as pops.core.locks.hold() says it."""
        return Held(days=frozenset([self.received_on]), alone=frozenset(), guarantor_id=self.guarantor_id)


def record_outcome(*, payment_id: uuid.UUID, outcome: Outcome) -> int | None:
    """Record what became of an attempt, once, in one transaction. The number of the receipt it issued, if any.

    Nothing is asked of Stripe in here. A copy of the same news finds it recorded and changes nothing. Money that a rule
    of ours doesn't let be recorded is kept in review, with the reason: Stripe has it.
    """
    try:
        return on_an_open_day(functools.partial(_record, payment_id, outcome))
    except IntegrityError as error:
        if outcome.result is not Result.PAID:
            raise
        return _record(payment_id, outcome, doubt=why_refused(error))


def on_an_open_day(record: Callable[..., T]) -> T:
    """Record money on its day. Late money of a locked period counts for the first open day, and the note says so."""
    try:
        return record()
    except PeriodLocked as locked:
        note = f"The money came on {day(locked.date)}, in a period that was closed. "
        note += f"It counts for {day(locked.first_open)}."
        return record(received_on=locked.first_open, note=note)


def why_refused(error: Exception) -> str:
    """Which rule of ours didn't let what Stripe did be recorded: its first line, the rest may name rows' values."""
    return f"It could not be recorded here: {str(error).strip().partition(chr(10))[0]}"[:300]


def _record(
    payment_id: uuid.UUID,
    outcome: Outcome,
    *,
    received_on: dt.date | None = None,
    note: str = "",
    doubt: str = "",
) -> int | None:
    with transaction.atomic():
        payment = lock_payment(payment_id=payment_id, occurred_at=outcome.occurred_at, received_on=received_on)
        if payment.state in Payment.FINAL:
            return None
        doubt = doubt or find_doubt(payment, outcome)
        if doubt:
            logger.error("Payment %s needs review: %s", payment_id, doubt)
            move(payment_id, State.REVIEW, review_reason=doubt)
        elif payment.state == State.UNSUCCESSFUL:
            return None
        elif outcome.result in (Result.PAID, Result.DECLINED):
            number = issue_for(payment, outcome, note=note)
            if outcome.result is Result.DECLINED and payment.state == State.PROCESSING:
                post_unsuccessful(receipt_number=number, guarantor_id=payment.guarantor_id)
            return number
        elif outcome.result is Result.PROCESSING:
            move(payment_id, State.PROCESSING)
        elif outcome.result is Result.CANCELED:
            move(payment_id, State.ABANDONED)
        return None


def lock_payment(
    *, payment_id: uuid.UUID, occurred_at: dt.datetime, received_on: dt.date | None = None
) -> LockedPayment:
    """Hold the day of a moment (or another day), then an attempt and its guarantor. Raises Payment.DoesNotExist.

    The guarantor's row keeps two payments of one guarantor from posting to the same balance.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM payments_hold(%s, %s, %s)", [payment_id, occurred_at, received_on])
        row = cursor.fetchone()
    if row[1] is None:
        raise Payment.DoesNotExist(payment_id)
    payment = LockedPayment(payment_id, *row)
    if payment.intent_id:
        return payment
    return replace(payment, parts=tuple(Part.objects.filter(payment=payment_id).order_by("place")))


def find_doubt(payment: LockedPayment, outcome: Outcome) -> str:
    """Why money can't be accepted without a person looking at it; empty when all is well."""
    charges = outcome.parts or (outcome,)
    if stray := next((one.intent_id for one in charges if one.intent_id not in payment.agreed), None):
        return f"Stripe's object {stray} belongs to another attempt."
    if outcome.result is not Result.PAID:
        return ""
    if payment.state == State.UNSUCCESSFUL:
        paid = _money(outcome.amount_cents, outcome.currency)
        return f"{paid} were paid after the attempt was recorded as unsuccessful."
    return next(filter(None, (_find_difference(payment, one) for one in charges if one.result is Result.PAID)), "")


def _find_difference(payment: LockedPayment, charge: Outcome) -> str:
    agreed = payment.agreed[charge.intent_id]
    if (charge.amount_cents, charge.currency) == (agreed, payment.currency):
        return ""
    received = _money(charge.amount_cents, charge.currency)
    return f"Stripe received {received}; the guarantor agreed to {_money(agreed, payment.currency)}."


def _money(amount: int, currency: str) -> str:
    """An amount as people read it; of another currency in its smallest units, as Stripe says it."""
    return format_cents(amount) if currency == "usd" else f"{amount} of the smallest units of {currency.upper()}"


def issue_for(payment: LockedPayment, outcome: Outcome, *, note: str = "") -> int:
    """Issue the receipt of a locked attempt and move the attempt on. The receipt's number. Raises PeriodLocked."""
    number, mail_state = _settle(payment, outcome, note)
    if number is None:
        open_api_batch(payment.held, batch_date=payment.received_on)
        number, mail_state = _settle(payment, outcome, note)
    for part, facts in zip(payment.parts, outcome.transactions, strict=bool(payment.parts)):
        Part.objects.filter(pk=part.pk).update(transaction_number=facts.number)
    wake_workers(mail_state)
    return int(number)


def _settle(payment: LockedPayment, outcome: Outcome, note: str) -> Any:
    """Receipt and state of its mail, from settle.sql; no receipt when the day has no open API Payments batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT _receipt, _mail_state FROM payments_settle(%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                payment.id,
                payment.guarantor_id,
                payment.received_on,
                outcome.occurred_at,
                as_json(outcome.transactions),
                payment.auto_post,
                note,
                settings.MESSAGE_ID_DOMAIN,
            ],
        )
        return cursor.fetchone()


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
