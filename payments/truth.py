"""Stripe's truth by one entrance: the browser's return, every event and the sweep only say about which attempt."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterable

from payments.attempts import ask_stripe, stop_charging
from payments.cards.keeping import keep_card
from payments.gateway import disputes, refunds
from payments.gateway.answers import Answer
from payments.gateway.client import OutOfReach, ProcessorError, Rejected, in_a_hurry
from payments.models import Payment, Refund
from payments.recording.disputes import record_dispute
from payments.recording.payments import move, record_outcome
from payments.recording.refunds import record_refund
from payments.selectors import find_open_attempts
from pops.core.accounts.models import Guarantor

logger = logging.getLogger(__name__)

State = Payment.State

# A split payment of which no part was charged for so long is charged by nobody any more: its page is gone. Longer than
# a bank's question takes.
HALF_DONE = dt.timedelta(minutes=10)


def bring_up_to_date(
    *, payment_id: uuid.UUID, now: dt.datetime, give_up: bool = False, is_back: bool = False
) -> Payment:
    """Ask Stripe about an attempt and record all that is new: what became of it, its refunds, its disputes.

    Safe to call any number of times, from anywhere, at once. With `give_up` an attempt that nobody paid is closed at
    Stripe. `is_back`: the browser left the page that charges, so that what is half done stays so. Raises Rejected,
    OutOfReach.
    """
    payment = Payment.objects.get(pk=payment_id)
    answer = _read(payment, now, give_up=give_up, is_back=is_back)
    record_outcome(payment_id=payment_id, outcome=answer.outcome)
    # What the attempt is now, by whoever recorded it: news of its refunds may have come before there was a receipt.
    payment.refresh_from_db()
    if payment.state == State.REVIEW and answer.is_all_refunded:
        Payment.objects.filter(pk=payment_id, state=State.REVIEW).update(state=State.RETURNED, checked_at=now)
        payment.refresh_from_db()
    if payment.state == State.RETURNED and not answer.is_all_refunded:
        _take_up_failed_return(payment, answer)
        payment.refresh_from_db()
    if payment.state == State.PAID:
        _record_what_followed(payment, answer, now)
        _keep_card(payment, answer)
        _close_other_attempts(payment, now)
    return payment


def _read(payment: Payment, now: dt.datetime, *, give_up: bool, is_back: bool) -> Answer:
    """The attempt as it is now. A declined one is canceled first, so that it can't be paid after we said it wasn't.

    With it all other parts: what was taken by then is the receipt.
    """
    try:
        answer = ask_stripe(payment=payment, now=now, give_up=give_up)
    except Rejected:
        if give_up and not payment.is_at_stripe:  # Stripe never took it on: there is nothing to cancel
            move(payment.pk, State.ABANDONED)
        raise
    is_left = answer.is_half_done and (is_back or (answer.charged_at or now) < now - HALF_DONE)
    if give_up or answer.is_declined or is_left:
        return stop_charging(payment=payment, answer=answer, now=now)
    return answer


def _record_what_followed(payment: Payment, answer: Answer, now: dt.datetime) -> None:
    """Refunds and disputes of a payment that has its receipt."""
    receipt = payment.receipt
    if receipt is None:
        return
    was_asked = receipt.processor_refunds.exists()
    for intent in answer.intents:
        if intent.is_paid and (intent.refunded_cents or was_asked):
            for refund in refunds.list_refunds(intent.charge_id):
                record_refund(payment=receipt, facts=refund, now=now)
        if intent.is_disputed:
            for dispute in disputes.list_disputes(intent.charge_id):
                record_dispute(receipt_number=receipt.pk, facts=dispute, now=now)


def _keep_card(payment: Payment, answer: Answer) -> None:
    """Store the card that Stripe kept. The money is recorded, be Stripe away now or not: the sweep does it later."""
    kept = next((intent.kept_card for intent in answer.intents if intent.kept_card), "")
    if kept:
        try:
            keep_card(payment=payment, stripe_id=kept)
        except ProcessorError:
            logger.warning("The card of payment %s could not be stored; the sweep does it later", payment.pk)


def _take_up_failed_return(payment: Payment, answer: Answer) -> None:
    """A return that the bank did not take: the money is at Stripe again, and a person decides anew."""
    for intent in answer.intents:
        asked = refunds.list_refunds(intent.charge_id) if intent.is_paid and not intent.is_all_refunded else []
        returns = [facts for facts in asked if facts.returns == payment.pk]
        if returns and all(facts.state == Refund.State.FAILED for facts in returns):
            words = f"The money was returned and came back. {returns[-1].failure or refunds.NOT_TAKEN}"
            Payment.objects.filter(pk=payment.pk, state=State.RETURNED).update(state=State.REVIEW, review_reason=words)


def _close_other_attempts(payment: Payment, now: dt.datetime) -> None:
    """Who paid in one window and left another open must not pay there again without being asked."""
    for other in Payment.objects.filter(guarantor=payment.guarantor_id, state=State.STARTED).exclude(pk=payment.pk):
        _close(other, now)


def close_attempts(*, guarantor: Guarantor, now: dt.datetime) -> list[Payment]:
    """Close what a guarantor has open, so that what is paid otherwise isn't paid there too.

    Those that stay in the air: a bank is at work on them, or Stripe can't be asked.
    """
    attempts = list(find_open_attempts(guarantor))
    for attempt in attempts:
        _close(attempt, now)
    return [attempt for attempt in attempts if attempt.is_unsettled]


def make_way(*, attempts: Iterable[Payment], now: dt.datetime) -> list[Payment]:
    """Close attempts for one that follows on them: of two card forms only the later can be paid.

    Those of them by which money came or may come. Takes seconds: with Stripe away none is closed, and paying goes on.
    """
    attempts = list(attempts)
    with in_a_hurry():
        for attempt in attempts:
            if not _close(attempt, now):
                break
    return [attempt for attempt in attempts if attempt.may_have_taken]


def _close(attempt: Payment, now: dt.datetime) -> bool:
    """Close an attempt at Stripe unless somebody paid there or a bank is at work; what it is now is read.

    Whether Stripe could be asked.
    """
    is_answered = True
    try:
        bring_up_to_date(payment_id=attempt.pk, now=now, give_up=True)
    except ProcessorError as error:
        is_answered = not isinstance(error, OutOfReach)
        logger.warning("Attempt %s could not be closed; the sweep does it later", attempt.pk)
    attempt.refresh_from_db()
    return is_answered
