"""What a reconcile page shows: counted, expected, over or short; and what is still in the air. Amounts in cents."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse

from batches.models import BatchClose, BatchCount, ReferenceBatch
from batches.selectors import TENDERS
from payments.selectors import find_in_the_air
from pops.practice.selectors import get_practice


@dataclass(frozen=True)
class Line:
    """One method on the reconcile page."""

    tender: str
    label: str
    expected_cents: int
    counted_cents: int | None

    @property
    def over_short_cents(self) -> int:
        """Counted - expected; 0 where nothing is counted."""
        return 0 if self.counted_cents is None else self.counted_cents - self.expected_cents


def make_lines(expected: dict[str, int], count: BatchCount | None) -> list[Line]:
    return [
        Line(tender, label, expected[tender], getattr(count, f"{tender}_cents") if count else None)
        for tender, label in TENDERS.items()
    ]


def closed_lines(close: BatchClose) -> list[Line]:
    """The same, as it was stored at a close."""
    expected = {tender: getattr(close, f"{tender}_cents") for tender in TENDERS}
    return make_lines(expected, close.count)


@dataclass(frozen=True)
class Pending:
    """Something in the air: how many of what, and where to see them."""

    text: str
    url: str


Readiness = list[Pending]


def find_readiness(batch: ReferenceBatch) -> Readiness:
    """What may still bring money to the date of a batch or take it away; empty when all is settled."""
    zone = ZoneInfo(get_practice().time_zone)
    end = dt.datetime.combine(batch.batch_date + dt.timedelta(days=1), dt.time(), zone)
    air = find_in_the_air(until=end)
    payments, refunds = reverse("admin:payments_payment_changelist"), reverse("admin:payments_refund_changelist")
    events = reverse("admin:payments_processorevent_changelist")
    rows = [
        (air.payments, "online payment", "not settled yet", f"{payments}?state__in=started,processing"),
        (air.events, "message from Stripe", "not worked off yet", f"{events}?state__exact=received"),
        (air.refunds, "refund", "on its way", f"{refunds}?state__in=requested,pending"),
        (air.reviews, "payment or refund", "waiting for a decision", f"{payments}?state__exact=review"),
    ]
    return [
        Pending(f"{count} {what}{'' if count == 1 else 's' if what != 'message from Stripe' else ''} {state}", url)
        for count, what, state, url in rows
        if count
    ]
