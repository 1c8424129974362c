"""Reading the outbox."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from notifications.models import Message
from pops.core.practice.models import Practice

State = Message.State


@dataclass(frozen=True)
class Health:
    """How delivery is doing."""

    waiting: int
    oldest: dt.datetime | None
    today_began: dt.datetime
    failed_today: int
    last_success: dt.datetime | None


def get_health(*, practice: Practice, now: dt.datetime) -> Health:
    """What waits and since when, what failed on the practice's business day, when a server last accepted one."""
    today_began = practice.day_end(practice.business_date(now) - dt.timedelta(days=1))
    people = Message.objects.exclude(channel=Message.Channel.HTTP)  # how programs answer stands on their own pages
    waiting = people.filter(state__in=Message.WAITING).aggregate(Count("pk"), Min("queued_at"))
    failed = people.filter(Q(state=State.FAILED) | Q(state=State.BOUNCED), ended_at__gte=today_began)
    return Health(
        waiting=waiting["pk__count"],
        today_began=today_began,
        oldest=waiting["queued_at__min"],
        failed_today=failed.count(),
        last_success=people.aggregate(Max("sent_at"))["sent_at__max"],
    )


def find_bounced(*, since: dt.datetime) -> QuerySet[Message]:
    """The latest mail to each guarantor that bounced or was marked as spam, where that is still their address."""
    bounced = Message.objects.filter(state__in=Message.BOUNCES, channel=Message.Channel.EMAIL)
    later = bounced.filter(guarantor=OuterRef("guarantor"), to=OuterRef("to"))
    later = later.filter(Q(ended_at__gt=OuterRef("ended_at")) | Q(ended_at=OuterRef("ended_at"), pk__gt=OuterRef("pk")))
    theirs = bounced.filter(ended_at__gt=since, guarantor__email=F("to"), guarantor__is_retired=False)
    return theirs.exclude(Exists(later))
