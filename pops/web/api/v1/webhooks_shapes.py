"""How endpoints of webhooks and what they were told are told."""

from typing import Any

from rest_framework import serializers

from notifications.models import Message
from pops.subscribers.models import Event
from pops.web.api.fields import Choice, Flag, MomentField, Shape, Text, Whole


class EndpointShape(Shape):
    """A program that is told of changes."""

    id = Whole(read_only=True)
    name = Text(max_length=100)
    url = Text(max_length=500, help_text="By https, and outside of the practice's own network.")
    events = serializers.ListField(child=Choice(choices=Event.choices), allow_empty=False, max_length=50)
    is_on = Flag(default=True, help_text="Switched off, it misses what happens meanwhile.")
    why_off = Text(read_only=True)
    made_at = MomentField(read_only=True)
    failing_since = MomentField(read_only=True, allow_null=True, help_text="It takes nothing since then.")
    paused_until = MomentField(read_only=True, allow_null=True, help_text="What waits for it is tried again then.")


class SecretShape(Shape):
    """What the endpoint's webhooks are signed with, told once."""

    secret = Text(max_length=100)


class NewEndpointShape(EndpointShape):
    """The endpoint, and its secret, which is told once."""

    secret = Text(max_length=100, read_only=True)


class AnswerShape(Shape):
    """What came of one try."""

    at = MomentField()
    status = Whole(allow_null=True, help_text="Of HTTP; null without an answer.")
    words = Text(help_text="How the answer began.")
    fault = Text(help_text="Why it does not count as taken; empty when it does.")
    milliseconds = Whole()


class DeliveryShape(Shape):
    """One event told to one endpoint."""

    id = Whole()
    event_id = Text(help_text="The webhook-id.")
    event = Text(help_text="Its type, or test.")
    state = Choice(choices=Message.State.choices, source="message.state")
    made_at = MomentField()
    answers = AnswerShape(many=True)

    def to_representation(self, instance: Any) -> Any:
        told = super().to_representation(instance)
        told["answers"].sort(key=lambda answer: answer["at"])
        return told


ENDPOINT = {
    "id": 1,
    "name": "Ledger",
    "url": "https://hooks.example.com/pops",
    "events": ["receipt.created", "batch.closed"],
    "is_on": True,
    "why_off": "",
    "made_at": "2026-11-30T17:00:00Z",
    "failing_since": None,
    "paused_until": None,
}
WANTED = {name: ENDPOINT[name] for name in ("name", "url", "events")}
SECRET = {"secret": "whsec_bm90IGEgc2VjcmV0IG9mIGFueWJvZHksIGFuIGV4YW1wbGU="}
DELIVERY = {
    "id": 7,
    "event_id": "chg_1042",
    "event": "receipt.created",
    "state": "sent",
    "made_at": "2026-11-30T17:05:02Z",
    "answers": [{"at": "2026-11-30T17:05:02Z", "status": 200, "words": "Thank you.", "fault": "", "milliseconds": 84}],
}
