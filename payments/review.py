"""The way out of review: for money that differs from what was agreed to, and for refunds that could not be recorded."""

import datetime as dt
import functools
import logging
import uuid

from django.db import IntegrityError, transaction

from payments.attempts import ask_stripe
from payments.gateway.answers import Answer
from payments.gateway.client import ProcessorError, Rejected
from payments.gateway.intents import Outcome, Result
from payments.gateway.refunds import get_refund
from payments.gateway.refunds import return_payment as return_at_stripe
from payments.models import Payment, Refund
from payments.recording.payments import LockedPayment, issue_for, lock_payment, on_an_open_day, why_refused
from payments.recording.refunds import Decision, record_decided_refund
from payments.truth import bring_up_to_date
from pops.core.access.models import User
from pops.core.money import format_cents
from pops.core.refusals import Refused, refuse, require_reason

logger = logging.getLogger(__name__)

State = Payment.State


def why_not_decide(state: str) -> Refused | None:
    """Why there is nothing to decide about a payment in this state."""
    if state == State.REVIEW:
        return None
    return Refused("not_in_review", "Somebody has decided about this payment already.")


def why_not_accept(answer: Answer) -> Refused | None:
    """Why Stripe's money can't be put on a receipt here."""
    if answer.outcome.result is not Result.PAID or answer.is_all_refunded:
        return Refused("no_money_left", "Stripe holds no money of this payment any more.")
    if any(intent.outcome.currency != "usd" for intent in answer.intents if intent.is_paid):
        return Refused("not_dollars", "This was not paid in US dollars. Return it instead.")
    return None


def accept_payment(*, payment_id: uuid.UUID, reason: str, now: dt.datetime, by: User) -> int:
    """Issue the receipt over what Stripe really received, and return its number.

    Of a locked period it counts for the first open day, as late money does. Raises Refused; Rejected and OutOfReach
    when Stripe can't be asked.
    """
    reason = require_reason(reason)
    payment = Payment.objects.get(pk=payment_id)
    answer = ask_stripe(payment=payment, now=now)
    refuse(why_not_accept(answer))
    try:
        number = on_an_open_day(functools.partial(_accept, payment_id, answer.outcome, reason, now, by))
    except IntegrityError as error:
        raise Refused("cannot_be_recorded", why_refused(error)) from error
    _record_what_followed(payment_id, now)
    return number


@transaction.atomic
def _accept(
    payment_id: uuid.UUID,
    outcome: Outcome,
    reason: str,
    now: dt.datetime,
    by: User,
    *,
    received_on: dt.date | None = None,
    note: str = "",
) -> int:
    locked = lock_payment(payment_id=payment_id, occurred_at=outcome.occurred_at, received_on=received_on)
    refuse(why_not_decide(locked.state))
    number = issue_for(locked, outcome, note=" ".join(filter(None, [_say_difference(locked, outcome), note]))[:300])
    _note(payment_id, reason, by, now)
    return number


def _say_difference(payment: LockedPayment, outcome: Outcome) -> str:
    """For the receipt, where it is over another amount than the guarantor agreed to."""
    if outcome.amount_cents == payment.amount_cents:
        return ""
    received, agreed = format_cents(outcome.amount_cents), format_cents(payment.amount_cents)
    return f"{received} instead of {agreed}, accepted by staff."


def _record_what_followed(payment_id: uuid.UUID, now: dt.datetime) -> None:
    """What was given back before there was a receipt, or while it was being issued, counts too.

    The receipt stands whether or not Stripe can be asked about it now.
    """
    try:
        bring_up_to_date(payment_id=payment_id, now=now)
    except ProcessorError:
        logger.warning("Payment %s was accepted; what was given back of it could not be asked", payment_id)


def return_payment(*, payment_id: uuid.UUID, reason: str, now: dt.datetime, by: User) -> None:
    """Give all of the money back to the card. Raises Refused; Rejected and OutOfReach when Stripe doesn't."""
    reason = require_reason(reason)
    payment = Payment.objects.get(pk=payment_id)
    refuse(why_not_decide(payment.state))
    _return_at_stripe(payment, now)
    with transaction.atomic():
        locked = Payment.objects.select_for_update().get(pk=payment_id)
        refuse(why_not_decide(locked.state))
        Payment.objects.filter(pk=payment_id).update(state=State.RETURNED)
        _note(payment_id, reason, by, now)


def _return_at_stripe(payment: Payment, now: dt.datetime) -> None:
    """Stripe first: it does it once, however often it is asked, and nothing is noted that didn't happen.

    What was given back in its dashboard before, is returned.
    """
    for intent in ask_stripe(payment=payment, now=now).intents:
        if intent.is_all_refunded or (payment.is_split and not intent.is_paid):
            continue
        try:
            return_at_stripe(payment_id=payment.pk, intent_id=intent.id, charge_id=intent.charge_id)
        except Rejected as refusal:
            if refusal.code != "charge_already_refunded":
                raise


def _note(payment_id: uuid.UUID, reason: str, by: User, now: dt.datetime) -> None:
    Payment.objects.filter(pk=payment_id).update(reviewed_by=by, reviewed_at=now, review_note=reason)


def why_not_decide_refund(refund: Refund) -> Refused | None:
    """Why there is nothing to decide about a refund."""
    return None if refund.is_in_review else Refused("not_in_review", "Somebody has decided about this refund already.")


def record_reviewed_refund(*, refund_id: uuid.UUID, reason: str, now: dt.datetime, by: User) -> Refund:
    """Record a refund in review as it is at Stripe now; what was disbursed of its receipt is taken back for it.

    Raises Refused when the receipt has not as much, for other reasons; Rejected and OutOfReach when Stripe can't be
    asked.
    """
    decision = Decision(reason=require_reason(reason), by=by)
    refund = Refund.objects.select_related("receipt").get(pk=refund_id)
    refuse(why_not_decide_refund(refund))
    facts = get_refund(str(refund.stripe_id))
    record_decided_refund(payment=refund.receipt, facts=facts, now=now, decision=decision)
    refund.refresh_from_db()
    return refund


@transaction.atomic
def settle_refund_elsewhere(*, refund_id: uuid.UUID, reason: str, now: dt.datetime, by: User) -> None:
    """Note how a refund in review was settled outside the books: no receipt is issued for it. Raises Refused."""
    reason = require_reason(reason)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refuse(why_not_decide_refund(refund) or why_not_settle_elsewhere(refund))
    refund.state, refund.reviewed_by, refund.reviewed_at, refund.review_note = Refund.State.SETTLED, by, now, reason
    refund.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note"])


def why_not_settle_elsewhere(refund: Refund) -> Refused | None:
    """Why a refund has to be recorded: its receipt is there, and says that the money is gone."""
    if refund.refund_receipt_id is None:
        return None
    return Refused("has_receipt", "This refund has its receipt: what became of it since has to be recorded.")
