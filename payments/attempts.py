"""Starting to pay: the guarantor's attempt, and its PaymentIntent."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import DateTimeField, Func

from payments.gateway import intents
from payments.gateway.answers import Answer, answer_of, closed, gather
from payments.gateway.client import Rejected
from payments.gateway.intents import Intent, Result
from payments.gateway.reasons import SLIPS
from payments.models import Part, Payment
from payments.offering import why_not_pay_by_card
from payments.splitting import Share, find_rest, find_shares, why_not_pay_rest
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
    portal. Where the group splits payments it is split over what is owed now. Raises TooManyAttempts, Refused for an
    account that is in use no more, and Payment.DoesNotExist when the id is another guarantor's.
    """
    refuse(why_not_start(guarantor, payment_id=payment_id, now=now))
    with transaction.atomic():
        _hold(guarantor)
        facts = {"guarantor": guarantor, "amount_cents": amount_cents, "session_id": session_id}
        return _commit(
            Payment(pk=payment_id, **facts), find_shares(guarantor, amount_cents), by=guarantor.group.split_payments
        )


def start_rest(*, payment_id: uuid.UUID, payment: Payment, now: dt.datetime, session_id: int | None = None) -> Payment:
    """Start the attempt that pays what was not taken of a split payment, as far as it is owed still.

    The same parts again: what was taken is not paid twice, whatever became of it since. As start_payment(); raises
    Refused, TooManyAttempts.
    """
    guarantor = payment.guarantor
    refuse(why_not_start(guarantor, payment_id=payment_id, now=now))
    with transaction.atomic():
        _hold(guarantor)
        if same := payment.rests.filter(pk=payment_id).first():
            return same
        payment.refresh_from_db()
        refuse(why_not_pay_rest(payment))
        shares = find_rest(payment)
        cents = sum(share.cents for share in shares)
        facts = {"guarantor": guarantor, "amount_cents": cents, "session_id": session_id}
        return _commit(Payment(pk=payment_id, rest_of=payment, **facts), shares, by=payment.split_by)


def _hold(guarantor: Guarantor) -> None:
    """Asked anew: the lock waited for a merge of the account to end, if there was one."""
    refuse(why_not_use(hold_account(guarantor.pk)))


def _commit(attempt: Payment, shares: Sequence[Share], *, by: str) -> Payment:
    """The attempt as it is: the one that was there under its id, if there was one."""
    attempt.started_at, attempt.split_by = _clock(), by if shares else ""
    is_new = not shares or not Payment.objects.filter(pk=attempt.pk).exists()
    Payment.objects.bulk_create([attempt], ignore_conflicts=True)
    if is_new:
        parts = [
            Part(payment=attempt, place=place, amount_cents=share.cents, pays_for=list(share.pays_for))
            for place, share in enumerate(shares, 1)
        ]
        Part.objects.bulk_create(parts)
    return attempt.guarantor.payments.get(pk=attempt.pk)


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
    """The attempt that follows on a declined one, of the same amount and parts: asked for twice it is the same.

    Its page stays open and says what goes where, so nothing is split anew. Raises Refused, TooManyAttempts.
    """
    guarantor, following = payment.guarantor, uuid.uuid5(payment.pk, "again")
    refuse(why_not_start_again(payment) or why_not_start(guarantor, payment_id=following, now=now))
    with transaction.atomic():
        _hold(guarantor)
        refuse(why_not_pay_rest(payment.rest_of) if payment.rest_of else None)
        shares = [Share(tuple(part.pays_for), part.amount_cents) for part in payment.parts.all()]
        facts = {"guarantor": guarantor, "amount_cents": payment.amount_cents, "session_id": payment.session_id}
        return _commit(Payment(pk=following, rest_of=payment.rest_of, **facts), shares, by=payment.split_by)


def ask_stripe(*, payment: Payment, now: dt.datetime, give_up: bool = False) -> Answer:
    """Stripe's word on an attempt; what Stripe doesn't have of it is made there.

    With `give_up` a part that Stripe doesn't take on is over. Raises Rejected, OutOfReach.
    """
    if not payment.is_split:
        return answer_of(ensure_intent(payment=payment, now=now))
    parts = list(payment.parts.all())
    found = [_ensure_part(part, payment, now, give_up=give_up) for part in parts]
    return gather(payment=payment, parts=parts, intents=found, now=now)


def stop_charging(*, payment: Payment, answer: Answer, now: dt.datetime) -> Answer:
    """Close at Stripe what of an attempt is not paid. What somebody paid in that moment is paid in the answer."""
    kept = (Result.PAID, Result.PROCESSING)
    found = [
        intent
        if intent.is_canceled or intent.outcome.result in kept
        else intents.cancel_intent(intent_id=intent.id, now=now)
        for intent in answer.intents
    ]
    if not payment.is_split:
        return answer_of(found[0])
    return gather(payment=payment, parts=list(payment.parts.all()), intents=found, now=now)


def ensure_intent(*, payment: Payment, now: dt.datetime) -> Intent:
    """The PaymentIntent of an attempt that is not split, made at Stripe the first time. Raises Rejected, OutOfReach."""
    return _ensure(payment, payment, now)


def _ensure_part(part: Part, payment: Payment, now: dt.datetime, *, give_up: bool) -> Intent:
    try:
        return _ensure(part, payment, now)
    except Rejected:
        if give_up and not part.intent_id:
            return closed(part, payment=payment, now=now)
        raise


def _ensure(holder: Payment | Part, payment: Payment, now: dt.datetime) -> Intent:
    """The PaymentIntent of what is charged by itself: an attempt, or one of its parts."""
    if holder.intent_id:
        return intents.get_intent(holder.intent_id, now=now)
    if payment.started_at < now - KEYS_LAST:
        raise Rejected("too_old", "This attempt is too old to be taken to Stripe.")
    intent = intents.create_intent(
        payment_id=payment.pk,
        part_id=None if holder is payment else holder.pk,
        amount_cents=holder.amount_cents,
        currency=payment.currency,
        now=now,
    )
    holder.intent_id = intent.id
    holder.save(update_fields=["intent_id"])
    return intent
