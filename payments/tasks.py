"""Background work on payments."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from payments import events, selectors
from payments.books.runs import check_tonight, is_due
from payments.cards.keeping import drop_idle_consents, find_consents_to_settle
from payments.cards.removing import detach, find_cards_to_detach
from payments.gateway.client import OutOfReach, ProcessorError
from payments.models import CardConsent, Payment, Refund, StoredCard
from payments.refunds import settle_refund
from payments.truth import bring_up_to_date
from pops.core.practice.models import Practice
from pops.core.work import begin, in_turn

logger = logging.getLogger(__name__)

Row = TypeVar("Row", Payment, Refund)

SWEEP_LIMIT = 200
# Some twenty times what a million receipts take, and less than the broker waits before another worker gets the task.
BOOKS_TIME_LIMIT = 280


@shared_task
def work_off_events() -> None:
    """Work off the stored events that nobody works on, oldest first.

    Called when one was stored, and every few seconds for those whose call was lost.
    """
    begin(work_off_events.name)
    for event_id in in_turn(iter(events.claim_event, None)):
        try:
            events.work_off_event(event_id=event_id, now=timezone.now())
        except OutOfReach:
            # There is no point in asking about the next one.
            logger.warning("Stripe can't be reached; %s is worked off later", event_id)
            return
        except Exception as error:
            logger.exception("Event %s could not be worked off", event_id)
            events.note_failure(event_id=event_id, error=error)
    if events.is_any_waiting():
        work_off_events.delay()


@shared_task
def sweep() -> None:
    """Find what nobody told us about: payments and refunds whose webhook never came."""
    now = timezone.now()

    def bring(payment: Payment) -> None:
        give_up = payment.started_at < now - selectors.GIVE_UP
        bring_up_to_date(payment_id=payment.pk, now=now, give_up=give_up)

    refunds = selectors.find_quiet_refunds(now=now, limit=SWEEP_LIMIT)
    if _settle(refunds, lambda refund: settle_refund(refund_id=refund.pk, now=now), now=now):
        _settle(selectors.find_quiet_payments(now=now, limit=SWEEP_LIMIT), bring, now=now)


@shared_task
def sweep_cards() -> None:
    """Finish what Stripe could not be asked for: cards to be stored, and removed ones to be forgotten there."""
    now = timezone.now()
    drop_idle_consents()
    for consent in in_turn(find_consents_to_settle(limit=SWEEP_LIMIT)):
        _finish(partial(bring_up_to_date, payment_id=consent.payment_id, now=now), consent)
    for card in in_turn(find_cards_to_detach(limit=SWEEP_LIMIT)):
        _finish(partial(detach, card=card, now=now), card)


def _finish(job: Callable[[], object], row: CardConsent | StoredCard) -> None:
    """One that fails must not keep the others waiting; the next sweep tries it again."""
    try:
        job()
    except ProcessorError:
        logger.warning("The sweep could not finish %s %s", row._meta.verbose_name, row.pk)


def _settle(rows: Iterable[Row], settle: Callable[[Row], object], *, now: dt.datetime) -> bool:
    """Settle rows for one turn. False when Stripe can't be reached: the next sweep goes on.

    That Stripe was asked is noted first: a row that ends its worker goes to the end of the line.
    """
    for row in in_turn(rows):
        same: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
        same.update(checked_at=now)
        try:
            settle(row)
        except OutOfReach:
            logger.warning("Stripe can't be reached; the next sweep goes on")
            same.update(checked_at=row.checked_at)  # Stripe was not asked: how long it waits is told by this
            return False
        except Exception:
            # One that fails must not keep the others waiting; a later sweep tries it again.
            logger.exception("The sweep could not settle %s %s", row._meta.verbose_name, row.pk)
    return True


@shared_task(time_limit=BOOKS_TIME_LIMIT)
def check_books() -> None:
    """Check the books once a night; beat asks several times an hour whether that was done."""
    now, practice = timezone.now(), Practice.objects.first()
    if practice is None or not is_due(practice=practice, now=now):
        return
    run = check_tonight(now=now)
    if run.found:
        logger.error("The books are not right: %s found, see check %s in the back office", run.found, run.pk)
