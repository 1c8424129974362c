"""Starting to pay: the guarantor's attempt, and its PaymentIntent."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import DateTimeField, Func

from payments.gateway import intents
from payments.gateway.client import Rejected
from payments.gateway.intents import Intent
from payments.gateway.reasons import SLIPS
from payments.models import Payment
from payments.offering import why_not_pay_by_card
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse

ATTEMPTS_ALLOWED = 10
ATTEMPTS_WINDOW = dt.timedelta(minutes=10)
# Stripe forgets an idempotency key after a day: asked later, it would make a second intent for the same attempt.
KEYS_LAST = dt.timedelta(hours=23)


class TooManyAttempts(Refused):
    """The guarantor started too many payments in a short time."""

    def __init__(self) -> None:
        super().__init__("too_many_attempts", "You started several payments in a short time. Try again later.")


def why_not_start(guarantor: Guarantor, *, payment_id: uuid.UUID, now: dt.datetime) -> Refused | None:
    """Why a guarantor can't start an attempt now."""
    if refusal := why_not_pay_by_card(guarantor):
        return refusal
    recent = guarantor.payments.filter(started_at__gt=now - ATTEMPTS_WINDOW)
    return TooManyAttempts() if recent.exclude(pk=payment_id).count() >= ATTEMPTS_ALLOWED else None


def start_payment(
    *, payment_id: uuid.UUID, guarantor: Guarantor, amount_cents: int, now: dt.datetime, session_id: int | None = None
) -> Payment:
    """Start an attempt under an id chosen by the page: a double click or a reload is the same attempt.

    The row is committed before Stripe is asked for anything, one of a guarantor's after the other: of any two it is
    clear which is the later, and who has committed the later sees the earlier. `session_id`: in which session of the
    portal. Raises TooManyAttempts, Refused for an account that is in use no more, and Payment.DoesNotExist when the id
    is another guarantor's.
    """
    refuse(why_not_start(guarantor, payment_id=payment_id, now=now))
    with transaction.atomic():
        # Asked anew: the lock waited for a merge of the account to end, if there was one.
        refuse(why_not_use(hold_account(guarantor.pk)))
        facts = {"guarantor": guarantor, "amount_cents": amount_cents, "session_id": session_id}
        attempt = Payment(pk=payment_id, started_at=_clock(), **facts)
        Payment.objects.bulk_create([attempt], ignore_conflicts=True)
    return guarantor.payments.get(pk=payment_id)


def _clock() -> Func:
    """The time of the statement, where the default is that of the transaction: from before its lock was waited for."""
    return Func(function="clock_timestamp", output_field=DateTimeField())


def why_not_start_again(payment: Payment) -> Refused | None:
    """Why an attempt is not followed by another from the same card form: only a slip in the card's details is."""
    is_slip = payment.receipt and payment.receipt.transactions.filter(reason__in=SLIPS).exists()
    if payment.state == Payment.State.UNSUCCESSFUL and is_slip:
        return None
    return Refused("no_slip", "This payment was not declined for a mistake in the card's details.")


def start_again(*, payment: Payment, now: dt.datetime) -> Payment:
    """The attempt that follows on a declined one, of the same amount: asked for twice it is the same.

    Raises Refused, TooManyAttempts.
    """
    refuse(why_not_start_again(payment))
    return start_payment(
        payment_id=uuid.uuid5(payment.pk, "again"),
        guarantor=payment.guarantor,
        amount_cents=payment.amount_cents,
        session_id=payment.session_id,
        now=now,
    )


def ensure_intent(*, payment: Payment, now: dt.datetime) -> Intent:
    """The attempt's PaymentIntent, made at Stripe the first time. Raises Rejected, OutOfReach."""
    if payment.intent_id:
        return intents.get_intent(payment.intent_id, now=now)
    if payment.started_at < now - KEYS_LAST:
        raise Rejected("too_old", "This attempt is too old to be taken to Stripe.")
    intent = intents.create_intent(
        payment_id=payment.pk, amount_cents=payment.amount_cents, currency=payment.currency, now=now
    )
    payment.intent_id = intent.id
    payment.save(update_fields=["intent_id"])
    return intent
