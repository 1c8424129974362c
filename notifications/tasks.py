"""Background delivery of the outbox."""

from celery import shared_task
from django.conf import settings

from notifications import delivery
from notifications.models import Message
from pops.core.work import TURN_SECONDS, begin


@shared_task(time_limit=settings.MESSAGE_TIME_LIMIT)
def deliver(lane: str, channel: str = Message.Channel.EMAIL.value) -> None:
    """Send what is due in a lane by a channel. Called when something was posted, and by the sweep for what was left.

    It is killed before a claim on a receipt's mail can end: no two workers ever hold the same one.
    """
    begin(deliver.name, lane, channel)
    if delivery.deliver_due(lane=Message.Lane(lane), channel=Message.Channel(channel), seconds=TURN_SECONDS):
        deliver.apply_async((lane, channel), queue=lane)
