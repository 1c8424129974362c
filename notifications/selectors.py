"""Reading the outbox."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q

from notifications.models import ReceiptEmail
from pops.practice.models import Practice

State = ReceiptEmail.State


def get_for_sending(ids: list[int]) -> list[ReceiptEmail]:
    """Outbox rows with all that their mails are made of, oldest first."""
    return list(
        ReceiptEmail.objects.filter(pk__in=ids)
        .select_related("receipt__guarantor__group", "receipt__void")
        .prefetch_related("receipt__transactions")
        .order_by("pk")
    )


@dataclass(frozen=True)
class Health:
    """How delivery is doing."""

    waiting: int
    oldest: dt.datetime | None
    midnight: dt.datetime
    failed_today: int
    last_success: dt.datetime | None


def get_health(*, practice: Practice, now: dt.datetime) -> Health:
    """What waits and since when, what failed on the practice's calendar day, when a server last accepted one."""
    local = now.astimezone(ZoneInfo(practice.time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = ReceiptEmail.objects.filter(state__in=ReceiptEmail.WAITING).aggregate(Count("pk"), Min("queued_at"))
    failed = ReceiptEmail.objects.filter(Q(state=State.FAILED) | Q(state=State.BOUNCED), ended_at__gte=midnight)
    return Health(
        waiting=waiting["pk__count"],
        midnight=midnight,
        oldest=waiting["queued_at__min"],
        failed_today=failed.count(),
        last_success=ReceiptEmail.objects.aggregate(Max("sent_at"))["sent_at__max"],
    )
