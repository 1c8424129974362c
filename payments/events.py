"""The processor's events: stored first, worked off after."""

from dataclasses import dataclass

from django.db import connection

from payments.disputes import record_dispute
from payments.gateway import refunds as gateway_refunds
from payments.models import Payment, ProcessorEvent
from payments.recording import settle_payment
from payments.refunds import record_charge_refunds, record_refund

# Longer than Stripe's answer may take with its retries.
CLAIM_SECONDS = 90


@dataclass(frozen=True)
class EventFacts:
    """What is kept of a processor's event. `created` is in Unix seconds, by Stripe's clock."""

    id: str
    type: str
    object_id: str
    account: str
    created: int


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
        return cursor.rowcount == 1


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


def work_off_event(*, event_id: str) -> None:
    """Settle the payment that a stored event is about, or note why the event is none of ours."""
    event = ProcessorEvent.objects.get(pk=event_id)
    if event.state != ProcessorEvent.State.RECEIVED:
        return
    reason = _work_off(event)
    event.state = ProcessorEvent.State.IGNORED if reason else ProcessorEvent.State.DONE
    event.note = reason
    event.save(update_fields=["state", "note"])


def _work_off(event: ProcessorEvent) -> str:
    """Do what an event asks for; the reason when nothing was done. The facts are asked of Stripe anew."""
    topic = event.type.rpartition(".")[0]
    if topic not in ("payment_intent", "refund", "charge", "charge.refund", "charge.dispute") or (
        topic == "charge" and event.type != "charge.refunded"
    ):
        return f"POPS does nothing about {event.type} events."
    if event.account:
        return f"The event is about another account, {event.account}."
    if topic == "payment_intent":
        is_ours = _settle_intent(event.object_id)
    elif topic == "charge":
        is_ours = record_charge_refunds(charge_id=event.object_id)
    elif topic == "charge.dispute":
        dispute = gateway_refunds.get_dispute(event.object_id)
        is_ours = record_dispute(facts=dispute) or _settle_intent(dispute.intent_id)
    else:
        refund = gateway_refunds.get_refund(event.object_id)
        is_ours = record_refund(facts=refund) or _settle_intent(refund.intent_id)
    return "" if is_ours else f"No payment here belongs to {event.object_id}."


def _settle_intent(intent_id: str) -> bool:
    """Settle the payment of an intent, with what was refunded or disputed of it. False when it is none of ours."""
    payment = Payment.objects.filter(intent_id=intent_id).first()
    if payment is not None:
        settle_payment(payment_id=payment.pk)
    return payment is not None
