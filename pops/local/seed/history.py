"""What was paid in the months behind it, what was given back, and what has come to be owed since."""

import datetime as dt
import random
from itertools import count
from zoneinfo import ZoneInfo

from django.db.models import F

from notifications.models import Message
from pops.core.accounts.models import Guarantor, ServiceLine
from pops.core.practice.models import Provider
from pops.local.seed.data import CARDS, STILL_OWING, TIME_ZONE, YESTERDAY
from pops.local.seed.households import make_visit
from pops.local.seed.payments import record_payment, record_refund_of
from pops.local.seed.statements import open_statement
from receipts.models import Receipt
from receipts.owed import find_lines, get_balances

# What insurance pays of a service that the sample guarantor had paid already.
INSURANCE_PAID_LATE = 1500


def make_history(now: dt.datetime, chance: random.Random) -> None:
    """Payments of the last weeks; none today, so that the first one of the demo opens the day's batch."""
    guarantors = [guarantor for guarantor in Guarantor.objects.all() if get_balances(guarantor).current_cents > 2000]
    for days_ago in (74, 61, 45, 33, 21, 12, 6, 3, 2, 1):
        maria, *others = guarantors
        for guarantor in [maria, *chance.sample(others, 3)] if days_ago > 9 else chance.sample(others, 3):
            moment = now - dt.timedelta(days=days_ago, minutes=chance.randint(0, 300))
            cents = min(chance.choice([2500, 4000, 6000, 9500]), max(get_balances(guarantor).current_cents, 1000))
            record_payment(guarantor, cents, moment, chance.choice(CARDS), declined=chance.random() < 0.15)
    _make_sample_receipts(guarantors[0], now)
    # Somebody has to decide about this one.
    record_payment(guarantors[1], 5000, now - dt.timedelta(days=1, hours=2), CARDS[0], declined=False, agreed=4500)
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
    _make_new_charges(guarantors[0], today, chance)
    _make_late_visits(today)


def _make_sample_receipts(guarantor: Guarantor, now: dt.datetime) -> None:
    """What the sample guarantor finds among her receipts: one that paid ahead, a refund of it, and a declined card."""
    moments = [now - dt.timedelta(days=days, minutes=50) for days in (9, 5, 4)]
    paid = record_payment(guarantor, get_balances(guarantor).current_cents + 6000, moments[0], CARDS[0], declined=False)
    assert paid is not None
    record_payment(guarantor, 4500, moments[1], CARDS[1], declined=True)
    record_refund_of(Receipt.objects.get(number=paid), 4000, moments[2], reason="Paid more than was owed")


def _make_new_charges(guarantor: Guarantor, today: dt.date, chance: random.Random) -> None:
    """What insurance has left to the sample guarantor since: on a new statement, and a visit not on it yet.

    And what it paid of a service that she had paid already: credit.
    """
    paid = find_lines(guarantor).filter(owed__patient_paid_cents__gte=INSURANCE_PAID_LATE)[:1]
    ServiceLine.objects.filter(pk__in=[line.pk for line in paid]).update(
        insurance_paid_cents=F("insurance_paid_cents") + INSURANCE_PAID_LATE
    )
    statement = open_statement(guarantor, date=today - dt.timedelta(days=2))
    for n, patient in enumerate(guarantor.patients.order_by("pk")):
        # Yesterday's leaves something to pay that no statement shows: Current Balance is more than Amount Due.
        days_ago, services = (20 + 9 * n, []) if n else (1, YESTERDAY)
        make_visit(patient, [statement], 67_530 + n, chance=chance, today=today, days_ago=days_ago, services=services)


def _make_late_visits(today: dt.date) -> None:
    """A visit to each of two providers by those who are to owe something. Not by the sample's own chance: it stays."""
    numbers, chance = count(68_500), random.Random(1)  # noqa: S311  the same practice each time
    for guarantor in Guarantor.objects.filter(name__in=STILL_OWING).order_by("pk"):
        patient = guarantor.patients.earliest("pk")
        for seen_by in Provider.objects.order_by("pk")[:2]:
            make_visit(
                patient, [], next(numbers), chance=chance, today=today, days_ago=3, services=YESTERDAY, provider=seen_by
            )


def note_emails_of_the_past() -> None:
    """The receipts' mails were sent as soon as they were queued; the latest of them came back."""
    queued = Message.objects.filter(state="queued", lane=Message.Lane.MAIL)
    latest = queued.latest("pk").pk
    queued.update(state="sent", sent_at=F("queued_at"), attempts=1)
    Message.objects.filter(pk=latest).update(
        state="bounced", ended_at=F("queued_at"), error="The address does not take mail."
    )
