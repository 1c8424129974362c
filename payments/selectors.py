"""Reading payments."""

import datetime as dt

from django.db.models import F, Q, QuerySet

from payments.models import Payment

# A browser that comes back and a webhook settle a payment within seconds; the sweep is for when neither does.
QUIET = dt.timedelta(minutes=2)
# How often Stripe is asked again about a payment that a bank is still processing.
ASK_AGAIN = dt.timedelta(minutes=5)
# Longer than anybody sits before a card form: the portal signs out after 30 minutes.
GIVE_UP = dt.timedelta(hours=1)


def find_quiet_payments(*, now: dt.datetime, limit: int) -> QuerySet[Payment]:
    """Attempts in the air that nobody told us about for a while, those not asked about longest first."""
    return (
        Payment.objects.filter(state__in=Payment.UNSETTLED, started_at__lt=now - QUIET)
        .filter(Q(checked_at=None) | Q(checked_at__lt=now - ASK_AGAIN))
        .order_by(F("checked_at").asc(nulls_first=True), "started_at")[:limit]
    )
