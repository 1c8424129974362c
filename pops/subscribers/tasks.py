"""The clock of the change feed and of webhooks."""

from celery import shared_task

from pops.changes.sequencing import sequence_changes
from pops.subscribers.telling import tell_changes

# A practice's whole past is found at once, when the feed begins: a million receipts take a minute.
TIME_LIMIT = 280


@shared_task(time_limit=TIME_LIMIT)
def tell() -> None:
    """Give what was committed its place in the feed, and tell endpoints of it. Called every two seconds."""
    sequence_changes()
    if tell_changes():
        tell.delay()
