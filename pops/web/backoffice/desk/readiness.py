"""What is still in the air when a batch is closed."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse

from batches.models import ReferenceBatch
from payments.selectors import count_in_the_air
from pops.core.practice.selectors import get_practice


@dataclass(frozen=True)
class Pending:
    """Something in the air: how many of what, and where to see them."""

    text: str
    url: str


def find_pending(batch: ReferenceBatch) -> list[Pending]:
    """What may still bring money to the date of a batch or take it away; empty when all is settled."""
    zone = ZoneInfo(get_practice().time_zone)
    air = count_in_the_air(until=dt.datetime.combine(batch.batch_date + dt.timedelta(days=1), dt.time(), zone))
    payments, refunds = reverse("admin:payments_payment_changelist"), reverse("admin:payments_refund_changelist")
    events = reverse("admin:payments_processorevent_changelist")
    rows = [
        (air.payments, "online payment{} not settled yet", f"{payments}?state__in=started,processing"),
        (air.events, "message{} from Stripe not worked off yet", f"{events}?state__exact=received"),
        (air.refunds, "refund{} on the way", f"{refunds}?state__in=requested,pending"),
        (air.reviews, "decision{} to make about a payment or refund", f"{payments}?state__exact=review"),
    ]
    return [Pending(f"{count} {what.format('' if count == 1 else 's')}", url) for count, what, url in rows if count]
