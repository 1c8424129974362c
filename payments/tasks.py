"""Background work on payments."""

import datetime as dt
import logging

import stripe
from celery import shared_task
from django.utils import timezone

from payments import events, recording, refunds, selectors
from payments.models import Payment, Refund
from pops.core.work import Nudger

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200
EVENTS_A_TASK = 100

# When Stripe can't be asked there is no point in asking about the next one: the sweep goes on later.
OUT_OF_REACH = (stripe.APIConnectionError, stripe.RateLimitError)


nudger = Nudger("payments.tasks.work_off_events")


@shared_task
def work_off_events() -> None:
    """Work off the stored events that nobody works on, oldest first."""
    for _ in range(EVENTS_A_TASK):
        event_id = events.claim_event()
        if event_id is None:
            return
        try:
            events.work_off_event(event_id=event_id)
        except OUT_OF_REACH:
            logger.warning("Stripe can't be reached; the sweep works off %s later", event_id)
            return
        except Exception:
            logger.exception("Event %s could not be worked off", event_id)
    work_off_events.delay()


@shared_task
def sweep() -> None:
    """Find what nobody told us about: events whose task was lost, payments and refunds whose webhook never came."""
    work_off_events()
    now = timezone.now()
    if not _settle_refunds(now):
        return
    for payment in selectors.find_quiet_payments(now=now, limit=SWEEP_LIMIT):
        Payment.objects.filter(pk=payment.pk).update(checked_at=now)
        try:
            recording.settle_payment(payment_id=payment.pk, give_up=payment.started_at < now - selectors.GIVE_UP)
        except OUT_OF_REACH:
            logger.warning("Stripe can't be reached; the next sweep goes on")
            return
        except Exception:
            # One that fails must not keep the others waiting; a later sweep tries it again.
            logger.exception("The sweep could not settle payment %s", payment.pk)


def _settle_refunds(now: dt.datetime) -> bool:
    """Ask about refunds in flight. False when Stripe can't be reached."""
    for refund in selectors.find_quiet_refunds(now=now, limit=SWEEP_LIMIT):
        Refund.objects.filter(pk=refund.pk).update(checked_at=now)
        try:
            refunds.settle_refund(refund_id=refund.pk)
        except OUT_OF_REACH:
            logger.warning("Stripe can't be reached; the next sweep goes on")
            return False
        except Exception:
            logger.exception("The sweep could not settle refund %s", refund.pk)
    return True
