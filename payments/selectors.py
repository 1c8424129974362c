"""Reading payments."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from payments.models import Dispute, Part, Payment, ProcessorEvent, Refund
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from receipts.balances import JUST_NOW, find_taken_just_now
from receipts.models import Receipt

# A browser that comes back and a webhook settle a payment within seconds; the sweep is for when neither does.
QUIET = dt.timedelta(minutes=2)
# How often Stripe is asked again about a payment that a bank is still processing.
ASK_AGAIN = dt.timedelta(minutes=5)
# Longer than anybody sits before a card form: the portal signs out after 30 minutes.
GIVE_UP = dt.timedelta(hours=1)
# How long a failed refund stands on the front page, unless its money is given back before.
REMEMBER = dt.timedelta(days=30)
# Of a message from Stripe: once may be chance, Stripe or the database away for a moment.
FAILED_OFTEN = 3


def find_quiet_payments(*, now: dt.datetime, limit: int) -> QuerySet[Payment]:
    """Attempts in the air that nobody told us about for a while, those not asked about longest first."""
    return (
        Payment.objects.filter(state__in=Payment.UNSETTLED, started_at__lt=now - QUIET)
        .filter(Q(checked_at=None) | Q(checked_at__lt=now - ASK_AGAIN))
        .order_by(F("checked_at").asc(nulls_first=True), "started_at")[:limit]
    )


def find_quiet_refunds(*, now: dt.datetime, limit: int) -> QuerySet[Refund]:
    """Refunds in flight that nobody told us about for a while, those not asked about longest first."""
    return (
        Refund.objects.filter(state__in=Refund.IN_FLIGHT, requested_at__lt=now - QUIET)
        .filter(Q(checked_at=None) | Q(checked_at__lt=now - ASK_AGAIN))
        .order_by(F("checked_at").asc(nulls_first=True), "requested_at")[:limit]
    )


def find_payment_of(intent_id: str) -> uuid.UUID | None:
    """The id of the attempt that a PaymentIntent is of, whole or a part of it."""
    whole = Payment.objects.filter(intent_id=intent_id).values_list("pk", flat=True).first()
    return whole or Part.objects.filter(intent_id=intent_id).values_list("payment", flat=True).first()


def find_in_review() -> QuerySet[Payment]:
    """Payments that wait for a decision, oldest first."""
    return Payment.objects.filter(state=Payment.State.REVIEW).select_related("guarantor").order_by("started_at")


def find_refunds_in_review() -> QuerySet[Refund]:
    """Refunds that wait for a decision, oldest first."""
    return Refund.objects.filter(state=Refund.State.REVIEW).select_related("receipt").order_by("requested_at")


def find_stuck_events() -> QuerySet[ProcessorEvent]:
    """Messages from Stripe that failed time and again, oldest first. They are still tried."""
    waiting = ProcessorEvent.objects.filter(state=ProcessorEvent.State.RECEIVED)
    return waiting.filter(failures__gte=FAILED_OFTEN).order_by("received_at")


def find_disputes_to_answer() -> QuerySet[Dispute]:
    """Disputes for which Stripe waits for the practice's evidence."""
    return Dispute.objects.filter(status__in=Dispute.TO_ANSWER)


def find_disputes_lost() -> QuerySet[Dispute]:
    """Disputes after which the bank gave the money to the cardholder."""
    return Dispute.objects.filter(status=Dispute.LOST)


def find_disputes_won_late() -> QuerySet[Dispute]:
    """Disputes that were lost, so that a receipt took their money back, and that the bank decided anew since."""
    return Dispute.objects.filter(returned_receipt__isnull=False, status__in=Dispute.OVER)


def find_failed_refunds(*, now: dt.datetime) -> QuerySet[Refund]:
    """Refunds that failed lately when nobody looked on, and whose money nobody has given back since, newest first."""
    nobody_looked_on = Q(came_back_receipt__isnull=False) | Q(checked_at__gt=F("requested_at") + QUIET)
    failed = Refund.objects.filter(nobody_looked_on, state=Refund.State.FAILED, checked_at__gt=now - REMEMBER)
    given_back = Receipt.objects.filter(
        refund_of=OuterRef("with_us"), kind=Receipt.Kind.REFUND, void=None, issued_at__gt=OuterRef("checked_at")
    )
    rows = failed.annotate(with_us=Coalesce("came_back_receipt", "receipt")).exclude(Exists(given_back))
    return rows.select_related("receipt").order_by("-checked_at")


@dataclass(frozen=True)
class InTheAir:
    """What may still bring money to a date or take it away."""

    payments: int
    events: int
    refunds: int
    reviews: int

    def __bool__(self) -> bool:
        return bool(self.payments or self.events or self.refunds or self.reviews)


def count_in_the_air(*, until: dt.datetime) -> InTheAir:
    """What began before the end of a day and is not settled, counted in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM payments_payment
                    WHERE state IN ('started', 'processing') AND started_at < %(until)s),
                   (SELECT count(*) FROM payments_processorevent WHERE state = 'received' AND received_at < %(until)s),
                   (SELECT count(*) FROM payments_refund
                    WHERE state IN ('requested', 'pending') AND requested_at < %(until)s),
                   (SELECT count(*) FROM payments_payment WHERE state = 'review' AND started_at < %(until)s)
                   + (SELECT count(*) FROM payments_refund WHERE state = 'review' AND requested_at < %(until)s)
            """,
            {"until": until},
        )
        return InTheAir(*cursor.fetchone())


def find_open_attempts(guarantor: Guarantor) -> QuerySet[Payment]:
    """What a guarantor has begun to pay online and may still pay, newest first."""
    return guarantor.payments.filter(state__in=Payment.UNSETTLED)


@dataclass(frozen=True)
class Payer:
    """Whose money is taken: whether they are paying online meanwhile, and the day for which the money counts."""

    guarantor_id: int
    is_paying: bool
    counts_on: dt.date


def find_payer(account_number: str, *, now: dt.datetime, by: User) -> Payer | None:
    """Who pays by their account number, for `by` who takes the money now. Raises Practice.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM payments_find_payer(%s, %s, %s)", [account_number, by.pk, now])
        found = cursor.fetchone()
    if found and found[2] is None:
        raise Practice.DoesNotExist
    return Payer(*found) if found else None


def find_who_is_paying(guarantor_ids: Iterable[int]) -> set[int]:
    """Of these guarantors those whose attempt is open, or of whose attempt nobody can say yet what became of it."""
    going_on = Payment.objects.filter(state__in={*Payment.UNSETTLED, *Payment.UNCLEAR})
    return set(going_on.filter(guarantor__in=list(guarantor_ids)).values_list("guarantor", flat=True))


def find_earlier_attempts(payment: Payment) -> QuerySet[Payment]:
    """The guarantor's other attempts whose card form may still be open and that this one follows on, newest first."""
    started = Payment.objects.filter(guarantor=payment.guarantor_id, state=Payment.State.STARTED)
    return started.filter(started_at__lt=payment.started_at)


def read_just_before(guarantor: Guarantor, *, now: dt.datetime) -> tuple[Receipt | None, Payment | None]:
    """What one should know of before paying: what was paid just now, and an attempt of which nobody can say yet.

    Most often there is neither, which one question tells.
    """
    facts: dict[str, Any] = {
        "guarantor": guarantor.pk,
        "since": now - JUST_NOW,
        "unclear": [state.value for state in Payment.UNCLEAR],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM receipts_receipt
                           WHERE guarantor_id = %(guarantor)s AND kind = 'payment' AND received_at > %(since)s),
                   EXISTS (SELECT FROM payments_payment
                           WHERE guarantor_id = %(guarantor)s AND state = ANY(%(unclear)s))
            """,
            facts,
        )
        may_have_paid, is_unclear = cursor.fetchone()
    return (
        find_taken_just_now(guarantor, now=now) if may_have_paid else None,
        find_unclear_payment(guarantor) if is_unclear else None,
    )


def find_unclear_payment(guarantor: Guarantor) -> Payment | None:
    """The guarantor's newest attempt of which nobody can say yet whether it was paid."""
    return guarantor.payments.filter(state__in=Payment.UNCLEAR).first()
