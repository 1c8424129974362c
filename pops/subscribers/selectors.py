"""Reading endpoints, their deliveries and what is signed with."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from notifications.models import Message
from pops.subscribers.models import Delivery, Endpoint, EndpointSecret


def find_endpoints() -> QuerySet[Endpoint]:
    """Those that were not removed, as they were made."""
    return Endpoint.objects.filter(ended_at=None).order_by("pk")


def find_secrets(endpoint: Endpoint) -> list[str]:
    """What is signed with now, the newest first."""
    good = EndpointSecret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=Now()), endpoint=endpoint)
    return list(good.order_by("-pk").values_list("secret", flat=True))


def find_signing(secret: str) -> Endpoint | None:
    """Whose secret this is, or was."""
    return Endpoint.objects.filter(secrets__secret=secret).first()


def find_deliveries(endpoint: Endpoint) -> QuerySet[Delivery]:
    """What an endpoint was told, the newest first, each with its message and its answers."""
    rows = endpoint.deliveries.select_related("change", "message", "asked_by", "endpoint")
    return rows.prefetch_related("answers").order_by("-pk")


def find_waiting(endpoint: Endpoint) -> QuerySet[Message]:
    """Messages to an endpoint that have not left yet."""
    return Message.objects.filter(state__in=Message.WAITING, delivery__endpoint=endpoint)


def find_failing(*, since: dt.datetime) -> QuerySet[Endpoint]:
    """Endpoints that took nothing for so long although they were told."""
    return Endpoint.objects.filter(is_on=True, ended_at=None, failing_since__lt=since).order_by("failing_since")
