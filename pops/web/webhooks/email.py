"""What mail providers report about our mail. Anymail checks who reports and reads each provider's words."""

import datetime as dt
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.dispatch import receiver
from django.utils import timezone

from notifications.models import Message
from notifications.services import DeliveryNews, note_news

State = Message.State

# All else changes nothing: opened, clicked, deferred, an out-of-office answer.
MEANING = {
    EventType.DELIVERED: State.DELIVERED,
    EventType.BOUNCED: State.BOUNCED,
    EventType.COMPLAINED: State.COMPLAINED,
    EventType.REJECTED: State.FAILED,
    EventType.FAILED: State.FAILED,
}

WORDS = {
    "bounced": "The address does not take mail.",
    "invalid": "The address is not valid.",
    "timed_out": "The recipient's mail server did not answer.",
    "blocked": "The mail provider does not send to this address.",
    "spam": "The mail was taken for spam.",
    "unsubscribed": "The recipient unsubscribed at the mail provider.",
}


@receiver(tracking)
def take_news(event: AnymailTrackingEvent, **_: Any) -> None:
    """Anymail speaks by this signal alone; it is the door of its view, not a rule of ours."""
    state = MEANING.get(event.event_type)
    if state and not is_automatic_answer(event):
        note_news(news=read_news(event, state, now=timezone.now()))


def is_automatic_answer(event: AnymailTrackingEvent) -> bool:
    """Amazon reports a vacation responder as a bounce of this kind; other providers by an event of its own."""
    return event.event_type == EventType.BOUNCED and event.description == "Transient: General"


def read_news(event: AnymailTrackingEvent, state: Message.State, *, now: dt.datetime) -> DeliveryNews:
    """What we keep of an event."""
    row = str((event.metadata or {}).get("message", ""))
    failed = state in (State.BOUNCED, State.FAILED)
    return DeliveryNews(
        state=state,
        at=event.timestamp or now,
        message_id=int(row) if row.isdecimal() and len(row) < 19 else None,
        provider_id=str(event.message_id or ""),
        error=WORDS.get(event.reject_reason, "The mail could not be delivered.") if failed else "",
    )
