"""Stripe's events: whether one is really Stripe's, and what is kept of it."""

import json
import re
from dataclasses import dataclass

import stripe
from django.conf import settings

# What Stripe's ids and types are made of, no longer than our columns; and the year 10000.
WORD = re.compile(r"[\w.:-]{0,100}", re.ASCII)
LAST_SECOND = 253_402_300_800


class NotSigned(Exception):
    """The signature is wrong, missing or stale."""


@dataclass(frozen=True)
class EventFacts:
    """What is kept of a processor's event. `created` is in Unix seconds, by Stripe's clock."""

    id: str
    type: str
    object_id: str
    account: str
    created: int


def verify_event(payload: str, signature: str) -> EventFacts:
    """What we keep of a signed event. Raises NotSigned, and ValueError when the payload is no event."""
    try:
        stripe.WebhookSignature.verify_header(
            payload, signature, settings.STRIPE_WEBHOOK_SECRET, stripe.Webhook.DEFAULT_TOLERANCE
        )
    except (stripe.SignatureVerificationError, TypeError) as error:  # TypeError: letters that no signature has
        raise NotSigned from error
    return read_event(payload)


def read_event(payload: str) -> EventFacts:
    """What we keep of an event. Raises ValueError when the payload is none."""
    try:
        event = json.loads(payload)
        facts = EventFacts(
            id=_word(event["id"]),
            type=_word(event["type"]),
            object_id=_word(event["data"]["object"].get("id"), optional=True),
            account=_word(event.get("account"), optional=True),
            created=int(event["created"]),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("not an event") from error
    if not (facts.id and facts.type and 0 <= facts.created < LAST_SECOND):
        raise ValueError("not an event")
    return facts


def _word(value: object, *, optional: bool = False) -> str:
    """An id or a type as Stripe makes them. Raises ValueError for anything else."""
    if value is None and optional:
        return ""
    if not isinstance(value, str) or not WORD.fullmatch(value):
        raise ValueError(value)
    return value
