"""Delivering the outbox: claim, send, note what came of it.

A claim is committed before anything is sent, and ends by itself when the worker that made it is gone. One
window is left: the server accepted the message and the worker died, or the line broke, before that was noted.
The row is then sent a second time, a mail with the same Message-ID. All this holds for each kind, by each channel;
claims are of one channel, so that a mail server that is away holds up no text.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection
from django.db.models import F

from notifications import kinds
from notifications.channels import Carrier
from notifications.channels.email import MailServer
from notifications.channels.faults import NotAccepted, Postponed, Refused, Unreachable
from notifications.channels.http import Poster
from notifications.channels.text import TextService
from notifications.claims import BATCH, Claim, claim_due, count_due
from notifications.kinds import NotNow, NotWanted, Write
from notifications.models import Message

logger = logging.getLogger(__name__)

ERROR_LENGTH = 300
CARRIERS: dict[Message.Channel, Callable[[], Carrier]] = {
    Message.Channel.EMAIL: MailServer,
    Message.Channel.TEXT: TextService,
    Message.Channel.HTTP: Poster,
}
FAREWELLS = {
    Message.Lane.MAIL: "Given up after a day. ",
    Message.Lane.URGENT: "Given up after a quarter of an hour. ",
    Message.Lane.HOOKS: "Given up after three days. ",
}


def deliver_due(*, lane: Message.Lane, channel: Message.Channel = Message.Channel.EMAIL, seconds: float) -> bool:
    """Send what is due in a lane by a channel, for about so many seconds. True when there may be more.

    When many wait, some connections share the work: one is served while others wait for the server or for
    the database. Each notes what it sent before it sends the next.
    """
    end = time.monotonic() + seconds
    claim = claim_due(lane, channel)
    helping = _count_helpers(claim)
    if not helping:
        return _deliver(claim, end)
    with ThreadPoolExecutor(helping) as pool:
        helpers = [pool.submit(_help, lane, channel, end) for _ in range(helping)]
        more = _deliver(claim, end)
        return any([more, *(helper.result() for helper in helpers)])


def _count_helpers(claim: Claim | None) -> int:
    """How many connections are worth opening beside the first."""
    if claim is None:
        return 0
    if claim.channel == Message.Channel.HTTP:
        return count_due(claim.lane, claim.channel, limit=settings.HOOK_CONNECTIONS - 1)
    most = settings.TEXT_CONNECTIONS if claim.channel == Message.Channel.TEXT else settings.EMAIL_CONNECTIONS
    return most - 1 if len(claim.ids) == BATCH else 0


def _help(lane: Message.Lane, channel: Message.Channel, end: float) -> bool:
    try:
        return _deliver(claim_due(lane, channel), end)
    finally:
        connection.close()  # this thread's own


def _deliver(claim: Claim | None, end: float) -> bool:
    """Send a claim's messages and those of further claims over one connection."""
    if claim is None:
        return False
    with CARRIERS[claim.channel]() as carrier:
        while claim:
            if not _send_claimed(carrier, claim, end):
                return False
            if time.monotonic() > end:
                return True
            claim = claim_due(claim.lane, claim.channel)
    return False


def _send_claimed(carrier: Carrier, claim: Claim, end: float) -> bool:
    """Send a claim's messages one by one. False when what carries them can't be used now."""
    messages = list(Message.objects.filter(pk__in=claim.ids).order_by("pk"))
    writes = kinds.prepare(messages)
    for n, message in enumerate(messages):
        left = [row.pk for row in messages[n:]]
        if n and time.monotonic() > end:
            release(left, claim)
            break
        try:
            send(carrier, message, writes[message.pk])
        except NotWanted as news:
            note_not_wanted(message.pk, claim, news.reason)
        except NotNow as news:
            put_off(message.pk, claim, news.until)
        except Unreachable as fault:
            note_fault(left, claim, str(fault))
            return False
        except NotAccepted as fault:
            note_fault([message.pk], claim, str(fault), for_good=isinstance(fault, Refused))
    return True


def send(carrier: Carrier, message: Message, write: Write) -> None:
    """Send one claimed message and note it at once. Raises NotWanted, NotNow, NotAccepted."""
    try:
        built = carrier.build(message, write())
    except (NotWanted, NotNow, NotAccepted):
        raise
    except Exception as error:
        logger.exception("Message %s could not be written", message.pk)
        raise Postponed(f"POPS could not write the message ({type(error).__name__}).") from error
    note_sent(message.pk, provider_id=carrier.send(built))


def note_sent(message_id: int, *, provider_id: str) -> None:
    """The server accepted it. A provider's faster news of what became of it stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
            SET state = 'sent', sent_at = statement_timestamp(), error = '', content = NULL, provider_id = %s
            WHERE id = %s AND state IN ('sending', 'queued')
            """,
            [provider_id, message_id],
        )


def note_not_wanted(message_id: int, claim: Claim, reason: str) -> None:
    """It is out of date: nothing is sent, and the row says why."""
    Message.objects.filter(pk=message_id, state=Message.State.SENDING, due_at=claim.until).update(
        state=Message.State.NOT_WANTED, reason=reason, error="", content=None
    )


def put_off(message_id: int, claim: Claim, until: dt.datetime) -> None:
    """Put a claimed row back until another time: nothing was tried."""
    Message.objects.filter(pk=message_id, state=Message.State.SENDING, due_at=claim.until).update(
        state=Message.State.QUEUED, due_at=until, attempts=F("attempts") - 1
    )


def note_fault(ids: list[int], claim: Claim, error: str, *, for_good: bool = False) -> None:
    """Put claimed rows back with a pause that doubles each time, or give them up: at once, or when time is up."""
    logger.warning("Messages %s: %s", ids, error)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
            SET state = CASE WHEN stops THEN 'failed' ELSE 'queued' END,
                ended_at = CASE WHEN stops THEN statement_timestamp() END,
                content = CASE WHEN stops THEN NULL ELSE content END,
                due_at = least(statement_timestamp() + make_interval(secs => pause), gives_up_at),
                error = left(CASE WHEN stops THEN %(farewell)s ELSE '' END || %(error)s, %(length)s)
            FROM (SELECT id AS judged_id, gives_up_at, pause,
                         %(for_good)s OR gives_up_at <= statement_timestamp() AS stops
                  FROM notifications_message, LATERAL (
                      SELECT queued_at + make_interval(secs => %(give_up)s) AS gives_up_at,
                             least(%(longest_pause)s, %(first_pause)s * 2 ^ least(attempts - 1, 30)) AS pause) AS plan
                  WHERE id = ANY(%(ids)s)) AS judged
            WHERE id = judged_id AND state = 'sending' AND due_at = %(until)s
            """,
            {
                "ids": ids,
                "until": claim.until,
                "for_good": for_good,
                "error": error,
                "farewell": "" if for_good else FAREWELLS[claim.lane],
                "length": ERROR_LENGTH,
                **settings.MESSAGE_LANES[claim.lane],
            },
        )


def release(ids: list[int], claim: Claim) -> None:
    """Give rows back that were not tried."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
            SET state = 'queued', due_at = statement_timestamp(), attempts = attempts - 1
            WHERE id = ANY(%s) AND state = 'sending' AND due_at = %s
            """,
            [ids, claim.until],
        )
