"""Telling endpoints what is new in the feed: a reader of it like any other, its place kept in the same transaction."""

from collections.abc import Iterable

from django.db import transaction

from notifications.models import Message
from notifications.services import new_message_id, nudge_on_commit
from pops.changes.models import Change
from pops.core.access.models import User
from pops.subscribers.models import Delivery, Endpoint, Telling
from pops.subscribers.notices import WEBHOOK
from pops.subscribers.selectors import find_endpoints

# Changes that are told in one transaction.
PORTION = 500

Pair = tuple[Endpoint, Change | None]


@transaction.atomic
def tell_changes() -> bool:
    """Put what is new in the feed into the outbox, for each endpoint that chose it. True when there may be more."""
    Telling.objects.get_or_create(pk=1)
    telling = Telling.objects.select_for_update().get(pk=1)
    changes = list(Change.objects.filter(position__gt=telling.through).order_by("position")[:PORTION])
    if not changes:
        return False
    endpoints = [endpoint for endpoint in find_endpoints() if endpoint.is_on]
    post([(endpoint, change) for change in changes for endpoint in endpoints if _is_told(endpoint, change)])
    telling.through = changes[-1].position
    telling.save(update_fields=["through"])
    return len(changes) == PORTION


def post(pairs: Iterable[Pair], *, by: User | None = None) -> list[Delivery]:
    """Put changes, or tests, into the outbox, each to its endpoint."""
    pairs = list(pairs)
    messages = Message.objects.bulk_create(_message(*pair) for pair in pairs)
    deliveries = Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, change=change, message=message, asked_by=by)
        for (endpoint, change), message in zip(pairs, messages, strict=True)
    )
    if pairs:
        nudge_on_commit(Message.Lane.HOOKS, Message.Channel.HTTP)
    return deliveries


def _is_told(endpoint: Endpoint, change: Change) -> bool:
    return change.type in endpoint.events and change.position > endpoint.since


def _message(endpoint: Endpoint, change: Change | None) -> Message:
    return Message(
        kind=WEBHOOK.name,
        channel=Message.Channel.HTTP,
        lane=Message.Lane.HOOKS,
        to=endpoint.origin,
        stream=f"{endpoint.pk} {change.about}" if change else "",
        state=Message.State.QUEUED,
        message_id=new_message_id(),
    )
