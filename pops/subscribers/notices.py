"""What a webhook says: which event, when, and the ids and cents of it. Written when it leaves."""

import datetime as dt
import json
from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.db.models.functions import Now

from notifications import kinds
from notifications.channels.faults import Postponed
from notifications.channels.http import GONE
from notifications.kinds import Answer, Content, Kind, NotNow, NotWanted, Post, Write
from notifications.models import Message
from pops.subscribers.endpoints import find_pause, note_not_taken, note_taken
from pops.subscribers.models import Delivery, DeliveryAnswer, Endpoint
from pops.subscribers.selectors import find_secrets

OFF = "switched_off"


def prepare(messages: Sequence[Message]) -> dict[int, Write]:
    """Each delivery by its message's number."""
    found = Delivery.objects.filter(message__in=messages).select_related("change", "message")
    return {delivery.message_id: partial(_write, delivery) for delivery in found}


WEBHOOK = kinds.declare(
    Kind(name="webhook", label="Webhook", prepare=prepare, reasons={OFF: "The endpoint was switched off or removed."})
)


def body_of(delivery: Delivery) -> str:
    """The body of a webhook, the same each time it is sent."""
    change = delivery.change
    told = {
        "type": delivery.event,
        "timestamp": delivery.moment,
        "id": delivery.event_id,
        "data": change.data if change else {},
    }
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def _write(delivery: Delivery) -> Content:
    """The endpoint as it is now. Raises NotWanted, NotNow, and Postponed where it waited long enough in a pause."""
    endpoint = Endpoint.objects.annotate(now=Now()).get(pk=delivery.endpoint_id)
    if not endpoint.is_told:
        raise NotWanted(OFF)
    if not _is_asked_for(delivery) and (until := find_pause(endpoint, now=endpoint.now)):
        if _gives_up_at(delivery.message) <= endpoint.now:
            raise Postponed(delivery.message.error or "It took nothing that it was told.")
        raise NotNow(until)
    return Post(
        subject=delivery.event,
        text=body_of(delivery),
        url=endpoint.url,
        id=delivery.event_id,
        at=endpoint.now,
        secrets=tuple(find_secrets(endpoint)),
        heard=partial(_note, delivery, endpoint.now),
    )


def _is_asked_for(delivery: Delivery) -> bool:
    """Somebody waits for what comes of it."""
    return delivery.asked_by_id is not None


def _gives_up_at(message: Message) -> dt.datetime:
    return message.queued_at + dt.timedelta(seconds=settings.MESSAGE_LANES[message.lane]["give_up"])


def _note(delivery: Delivery, at: dt.datetime, answer: Answer) -> None:
    DeliveryAnswer.objects.create(
        delivery=delivery,
        status=answer.status,
        words=answer.words,
        fault=answer.fault[:300],
        milliseconds=answer.milliseconds,
    )
    if answer.fault:
        note_not_taken(endpoint_id=delivery.endpoint_id, is_gone=answer.status == GONE, at=at)
    else:
        note_taken(endpoint_id=delivery.endpoint_id)
