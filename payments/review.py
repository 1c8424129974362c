"""The way out for a payment whose money differs from what the guarantor agreed to: accept it or give it back."""

import datetime as dt
import logging
import uuid

from django.db import transaction

from payments.gateway.client import ProcessorError, Rejected
from payments.gateway.intents import Intent, Result, get_intent
from payments.gateway.refunds import return_payment as return_at_stripe
from payments.models import Payment
from payments.recording.payments import issue_for, lock_payment
from payments.truth import bring_up_to_date
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse
from receipts.corrections.common import require_reason

logger = logging.getLogger(__name__)

State = Payment.State


def why_not_decide(state: str) -> Refused | None:
    """Why there is nothing to decide about a payment in this state."""
    if state == State.REVIEW:
        return None
    return Refused("not_in_review", "Somebody has decided about this payment already.")


def why_not_accept(intent: Intent) -> Refused | None:
    """Why Stripe's money can't be put on a receipt here."""
    if intent.outcome.result is not Result.PAID or intent.is_all_refunded:
        return Refused("no_money_left", "Stripe holds no money of this payment any more.")
    if intent.outcome.currency != "usd":
        return Refused("not_dollars", "This was not paid in US dollars. Return it instead.")
    return None


def accept_payment(*, payment_id: uuid.UUID, reason: str, now: dt.datetime, by: User) -> int:
    """Issue the receipt over what Stripe really received, and return its number.

    Raises Refused, PeriodLocked; Rejected and OutOfReach when Stripe can't be asked.
    """
    reason = require_reason(reason)
    payment = Payment.objects.get(pk=payment_id)
    intent = get_intent(str(payment.intent_id), now=now)
    refuse(why_not_accept(intent))
    with transaction.atomic():
        locked = lock_payment(payment_id=payment_id, occurred_at=intent.outcome.occurred_at)
        refuse(why_not_decide(locked.state))
        number = issue_for(locked, intent.outcome)
        _note(payment_id, reason, by, now)
    _record_what_followed(payment_id, now)
    return number


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
    intent = get_intent(str(payment.intent_id), now=now)
    if intent.is_all_refunded:
        return
    try:
        return_at_stripe(payment_id=payment.pk, intent_id=intent.id, charge_id=intent.charge_id)
    except Rejected as refusal:
        if refusal.code != "charge_already_refunded":
            raise


def _note(payment_id: uuid.UUID, reason: str, by: User, now: dt.datetime) -> None:
    Payment.objects.filter(pk=payment_id).update(reviewed_by=by, reviewed_at=now, review_note=reason)
