"""The processor's events: stored first, worked off after."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from payments.cards.removing import bring_card_up_to_date
from payments.gateway.client import Rejected
from payments.gateway.disputes import get_dispute
from payments.gateway.events import EventFacts
from payments.gateway.intents import find_intent_of_charge
from payments.gateway.refunds import get_refund
from payments.models import ProcessorEvent, StoredCard
from payments.selectors import find_payment_of
from payments.truth import bring_up_to_date
from pops.core.work import Nudger

# Longer than Stripe's usual answer, and short: what a killed worker had claimed is money that waits. When Stripe takes
# longer than that, another worker asks too; bring_up_to_date() may be called at once.
CLAIM_SECONDS = 15

# By name: tasks stand above. One task works off all that waits.
nudger = Nudger("payments.tasks.work_off_events")

# How the PaymentIntent is found that an event's object belongs to, by what the event is about.
FIND_INTENT = {
    "payment_intent": lambda object_id: object_id,
    "charge.refunded": find_intent_of_charge,
    "charge.refund": lambda object_id: get_refund(object_id).intent_id,
    "charge.dispute": lambda object_id: get_dispute(object_id).intent_id,
    "refund": lambda object_id: get_refund(object_id).intent_id,
}

ABOUT_CARDS = "payment_method."


def store_event(*, event: EventFacts) -> bool:
    """Keep a verified event before anything is done about it. False when it was kept before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payments_processorevent (event_id, type, object_id, account, created_at, state, note)
            VALUES (%s, %s, %s, %s, to_timestamp(%s), 'received', '')
            ON CONFLICT DO NOTHING
            """,
            [event.id, event.type, event.object_id, event.account, event.created],
        )
        is_new: bool = cursor.rowcount == 1
    if is_new:
        transaction.on_commit(nudger.nudge, robust=True)
    return is_new


def claim_event() -> str | None:
    """The id of the oldest event that waits and that no worker took on lately; it is ours for CLAIM_SECONDS.

    A claim is committed before Stripe is asked, so that two workers don't ask about the same event and no row
    stays locked over a network call. Of a worker that died the claim runs out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payments_processorevent SET claimed_at = now() WHERE event_id = (
                SELECT event_id FROM payments_processorevent
                WHERE state = 'received' AND (claimed_at IS NULL OR claimed_at < now() - %s * interval '1 second')
                ORDER BY received_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING event_id
            """,
            [CLAIM_SECONDS],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def is_any_waiting() -> bool:
    """Whether an event waits that no worker took on lately."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=Now() - dt.timedelta(seconds=CLAIM_SECONDS))
    return ProcessorEvent.objects.filter(free, state=ProcessorEvent.State.RECEIVED).exists()


def work_off_event(*, event_id: str, now: dt.datetime) -> None:
    """Bring the payment that a stored event is about up to date, or note why the event is none of ours."""
    event = ProcessorEvent.objects.get(pk=event_id)
    if event.state != ProcessorEvent.State.RECEIVED:
        return
    reason = _work_off(event, now)
    event.state = ProcessorEvent.State.IGNORED if reason else ProcessorEvent.State.DONE
    event.note = reason
    event.save(update_fields=["state", "note"])


def note_failure(*, event_id: str, error: Exception) -> None:
    """Count that an event could not be worked off, and keep what failed: it waits, and is tried again."""
    what = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"[:300]
    ProcessorEvent.objects.filter(pk=event_id).update(failures=F("failures") + 1, note=what)


def _work_off(event: ProcessorEvent, now: dt.datetime) -> str:
    """Do what an event asks for; the reason when nothing was done. The facts are asked of Stripe anew."""
    if event.type.startswith(ABOUT_CARDS) and not event.account:
        return _work_off_card(event, now)
    find_intent = FIND_INTENT.get(event.type) or FIND_INTENT.get(event.type.rpartition(".")[0])
    if find_intent is None:
        return f"POPS does nothing about {event.type} events."
    if event.account:
        return f"The event is about another account, {event.account}."
    try:
        intent_id = find_intent(event.object_id)
    except Rejected as refusal:
        if not refusal.is_unknown:
            raise
        return f"Stripe doesn't know {event.object_id}."
    payment_id = find_payment_of(intent_id) if intent_id else None
    if payment_id is None:
        return f"No payment here belongs to {event.object_id}."
    bring_up_to_date(payment_id=payment_id, now=now)
    return ""


def _work_off_card(event: ProcessorEvent, now: dt.datetime) -> str:
    """A card was renewed by its bank, or removed at Stripe."""
    card = StoredCard.objects.filter(stripe_id=event.object_id).first()
    if card is None:
        return f"No stored card here is {event.object_id}."
    bring_card_up_to_date(card=card, now=now)
    return ""
