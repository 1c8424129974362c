"""Background work on payments."""

import logging
from collections.abc import Callable

import stripe
from celery import shared_task
from django.utils import timezone

from payments import selectors, services
from payments.models import Payment

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200


@shared_task(autoretry_for=(stripe.APIConnectionError, stripe.RateLimitError), retry_backoff=2, max_retries=5)
def work_off_event(event_id: str) -> None:
    """Work off one stored event. Retries while Stripe can't be reached; after that the sweep takes over."""
    services.work_off_event(event_id=event_id)


@shared_task
def sweep() -> None:
    """Find what nobody told us about: events whose task was lost, payments whose webhook never came."""
    now = timezone.now()
    for event in selectors.find_waiting_events(now=now, limit=SWEEP_LIMIT):
        _try(services.work_off_event, event_id=event.pk)
    for payment in selectors.find_quiet_payments(now=now, limit=SWEEP_LIMIT):
        Payment.objects.filter(pk=payment.pk).update(checked_at=now)
        _try(
            services.settle_payment,
            payment_id=payment.pk,
            give_up=payment.started_at < now - selectors.GIVE_UP,
        )


def _try(work: Callable[..., object], **arguments: object) -> None:
    """One that fails must not keep the others waiting; the next sweep tries it again."""
    try:
        work(**arguments)
    except Exception:
        logger.exception("The sweep could not settle %s", arguments)
