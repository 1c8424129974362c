"""Background work on payments."""

import logging
import threading
import time

import stripe
from celery import shared_task
from django.utils import timezone

from payments import selectors, services
from payments.models import Payment

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200
EVENTS_A_TASK = 100
# One task takes all events that wait: more than twenty a second from one process would find nothing to do.
NUDGE_PAUSE = 0.05

# When Stripe can't be asked there is no point in asking about the next one: the sweep goes on later.
OUT_OF_REACH = (stripe.APIConnectionError, stripe.RateLimitError)


class Nudger:
    """Sends the worker one task for all events stored in the last moments, from a thread of its own.

    Sending a task costs more than storing an event, and waits when the broker is away; a webhook's answer should
    do neither. What a dying process didn't send any more is found by the sweep.
    """

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        """Ask for a task. Call it after the commit: the task takes all that is stored when it starts."""
        self._wanted.set()
        with self._starting:
            # Not at import: a thread doesn't survive the fork of a server's process.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()  # before sending: an event stored from here on asks anew
            try:
                work_off_events.delay()
            except Exception:
                logger.exception("The broker can't be reached; the sweep works the events off")
            time.sleep(NUDGE_PAUSE)


nudger = Nudger()


@shared_task
def work_off_events() -> None:
    """Work off the stored events that nobody works on, oldest first."""
    for _ in range(EVENTS_A_TASK):
        event_id = services.claim_event()
        if event_id is None:
            return
        try:
            services.work_off_event(event_id=event_id)
        except OUT_OF_REACH:
            logger.warning("Stripe can't be reached; the sweep works off %s later", event_id)
            return
        except Exception:
            logger.exception("Event %s could not be worked off", event_id)
    work_off_events.delay()


@shared_task
def sweep() -> None:
    """Find what nobody told us about: events whose task was lost, payments whose webhook never came."""
    work_off_events()
    now = timezone.now()
    for payment in selectors.find_quiet_payments(now=now, limit=SWEEP_LIMIT):
        Payment.objects.filter(pk=payment.pk).update(checked_at=now)
        try:
            services.settle_payment(payment_id=payment.pk, give_up=payment.started_at < now - selectors.GIVE_UP)
        except OUT_OF_REACH:
            logger.warning("Stripe can't be reached; the next sweep goes on")
            return
        except Exception:
            # One that fails must not keep the others waiting; a later sweep tries it again.
            logger.exception("The sweep could not settle payment %s", payment.pk)
