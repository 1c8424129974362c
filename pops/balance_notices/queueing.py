"""Finding who is due for a notice, and putting them into the outbox: one statement, however many they are."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from notifications.models import Message
from notifications.services import nudge_on_commit
from pops.balance_notices.hours import find_next_hours
from pops.balance_notices.notices import KIND
from pops.core.practice.models import Practice

DUE = (Path(__file__).parent / "due.sql").read_text()
# Days after its day in which a notice that could not be sent is made up for; then the next one is awaited.
GRACE = 7
LONGEST = 365


def queue_due_notices(*, now: dt.datetime) -> int:
    """Queue the notices that are due, in the hours in which they may go out, once the portal is open. How many."""
    practice = Practice.objects.filter(opened_at__isnull=False).first()
    if practice is None or find_next_hours(practice, now):
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "now": now,
                "today": practice.business_date(now),
                "grace": GRACE,
                "oldest": LONGEST + GRACE,
                "texts": settings.TEXTS_ARE_ON,
                "kind": KIND,
                "domain": settings.MESSAGE_ID_DOMAIN,
            },
        )
        queued = dict(cursor.fetchall())
        for channel in queued:
            nudge_on_commit(channel=Message.Channel(channel))
    return sum(queued.values())
