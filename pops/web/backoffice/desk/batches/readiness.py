"""What is still in the air when a batch is closed or a period locked."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from payments.selectors import count_in_the_air
from pops.core.practice.selectors import get_practice


@dataclass(frozen=True)
class Pending:
    """Something in the air: how many of what, and where to see them."""

    text: str
    url: str


def find_pending(date: dt.date) -> list[Pending]:
    """What may still bring money to a practice-local date, or one before it, or take it away."""
    air = count_in_the_air(until=get_practice().day_end(date))
    payments, refunds = reverse("admin:payments_payment_changelist"), reverse("admin:payments_refund_changelist")
    events = reverse("admin:payments_processorevent_changelist")
    rows = [
        (air.payments, "online payment{} not settled yet", f"{payments}?state__in=started,processing"),
        (air.events, "message{} from Stripe not worked off yet", f"{events}?state__exact=received"),
        (air.refunds, "refund{} on the way", f"{refunds}?state__in=requested,pending"),
        (air.reviews, "decision{} to make about a payment or refund", reverse("backoffice:reviews")),
    ]
    return [Pending(f"{count} {what.format('' if count == 1 else 's')}", url) for count, what, url in rows if count]
