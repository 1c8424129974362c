"""Claiming what is due: for a while, a row is one worker's alone."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from notifications.models import Message

# Few enough that a worker's end holds up few of them, enough that claiming costs little.
BATCH = 20
# What may be claimed of other programs' messages, besides being due: the first of its stream, and to one host no more
# than half of the connections post at once, so that one that is slow leaves some to the others.
ITS_TURN = """
    AND NOT EXISTS (
        SELECT FROM notifications_message earlier
        WHERE earlier.stream = message.stream AND earlier.stream <> '' AND earlier.id < message.id
          AND earlier.state IN ('queued', 'sending'))
    AND (SELECT count(*) FROM notifications_message busy
         WHERE busy.lane = 'hooks' AND busy.channel = 'http' AND busy.state = 'sending'
           AND busy.due_at > statement_timestamp() AND busy.to = message.to) < %(abreast)s
"""


@dataclass(frozen=True)
class Claim:
    """Rows that this worker alone may send, until the claim ends. `until` also tells it from a later one."""

    lane: Message.Lane
    channel: Message.Channel
    ids: list[int]
    until: dt.datetime


def claim_due(
    lane: Message.Lane, channel: Message.Channel = Message.Channel.EMAIL, *, limit: int | None = None
) -> Claim | None:
    """Claim rows that are due: queued ones, and those whose worker died. None when there are none.

    Rows that another worker is claiming at this moment are passed over. Of other programs' messages one at a time.
    """
    limit = limit or (1 if channel == Message.Channel.HTTP else BATCH)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS MATERIALIZED (
                SELECT id FROM notifications_message AS message WHERE {_due(lane, channel)}
                ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            UPDATE notifications_message AS message
            SET state = 'sending', attempts = attempts + 1,
                due_at = statement_timestamp() + make_interval(secs => %(seconds)s)
            FROM due WHERE message.id = due.id
            RETURNING message.id, message.due_at
            """,  # noqa: S608  one of our own lanes, so that its partial index is used
            {"seconds": settings.MESSAGE_LANES[lane]["claim"], "limit": limit, "abreast": _abreast()},
        )
        rows = cursor.fetchall()
    return Claim(lane, channel, ids=[row[0] for row in rows], until=rows[0][1]) if rows else None


def count_due(lane: Message.Lane, channel: Message.Channel, *, limit: int) -> int:
    """How many could be claimed now, counted up to a limit."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM notifications_message AS message WHERE {_due(lane, channel)}"  # noqa: S608
            " LIMIT %(limit)s) AS due",
            {"limit": limit, "abreast": _abreast()},
        )
        return int(cursor.fetchone()[0])


def _due(lane: Message.Lane, channel: Message.Channel) -> str:
    turn = ITS_TURN if channel == Message.Channel.HTTP else ""
    return f"""lane = '{lane.value}' AND channel = '{channel.value}'
        AND state IN ('queued', 'sending') AND due_at <= statement_timestamp() {turn}"""


def _abreast() -> int:
    return max(1, settings.HOOK_CONNECTIONS // 2)
