"""The way out for a payment whose money differs from what the guarantor agreed to: accept it or give it back."""

import uuid

from django.db import transaction
from django.utils import timezone

from payments.gateway import intents as gateway
from payments.gateway import refunds as gateway_refunds
from payments.gateway.intents import Result
from payments.models import Payment
from payments.recording import catch_up, issue_for, lock_payment
from pops.core.access.models import User
from pops.core.practice.selectors import get_practice
from receipts.corrections.common import require_reason

State = Payment.State


class NotInReview(Exception):
    """Somebody has decided about this payment already."""


class NotAcceptable(Exception):
    """Stripe's money can't be put on a receipt here; the text says why."""


def accept_payment(*, payment_id: uuid.UUID, reason: str, by: User) -> int:
    """Issue the receipt over what Stripe really received, and return its number.

    Raises NotInReview, NotAcceptable, PeriodLocked, stripe.StripeError when Stripe can't be asked.
    """
    reason = require_reason(reason)
    payment = Payment.objects.get(pk=payment_id)
    intent = gateway.get_intent(str(payment.intent_id))
    outcome = gateway.read_outcome(intent)
    if outcome.result is not Result.PAID or gateway.is_all_refunded(intent):
        raise NotAcceptable("Stripe holds no money of this payment any more.")
    if outcome.currency != "usd":
        raise NotAcceptable("This was not paid in US dollars. Return it instead.")
    received_on = get_practice().business_date(outcome.occurred_at)
    with transaction.atomic():
        locked = lock_payment(payment_id=payment_id, received_on=received_on)
        if locked.state != State.REVIEW:
            raise NotInReview(payment_id)
        number = issue_for(payment_id, locked, outcome, received_on)
        _note(payment_id, reason, by)
    # Asked anew: what was given back while the receipt was being issued counts, too.
    catch_up(gateway.get_intent(intent.id))
    return number


def return_payment(*, payment_id: uuid.UUID, reason: str, by: User) -> None:
    """Give all of the money back to the card. Raises NotInReview, and stripe.StripeError when Stripe can't."""
    reason = require_reason(reason)
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != State.REVIEW:
        raise NotInReview(payment_id)
    # Stripe first: it does it once, however often it is asked, and nothing is noted that didn't happen.
    gateway_refunds.return_payment(payment_id=payment_id, intent_id=str(payment.intent_id))
    with transaction.atomic():
        locked = Payment.objects.select_for_update().get(pk=payment_id)
        if locked.state != State.REVIEW:
            raise NotInReview(payment_id)
        Payment.objects.filter(pk=payment_id).update(state=State.RETURNED)
        _note(payment_id, reason, by)


def _note(payment_id: uuid.UUID, reason: str, by: User) -> None:
    Payment.objects.filter(pk=payment_id).update(reviewed_by=by, reviewed_at=timezone.now(), review_note=reason)
