"""Delivering the outbox: claim, send, note what came of it.

A claim is committed before anything is sent, and ends by itself when the worker that made it is gone. One
window is left: the server accepted the mail and the worker died, or the line broke, before that was noted.
The row is then sent a second time, with the same Message-ID.
"""

import datetime as dt
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from notifications.content import build_message
from notifications.gateway import MailServer, NotAccepted, Postponed, Refused, Unreachable
from notifications.models import ReceiptEmail
from notifications.selectors import get_for_sending
from pops.practice.models import Practice
from pops.practice.selectors import get_practice

logger = logging.getLogger(__name__)

# Few enough that a worker's end holds up few of them, enough that claiming costs little.
BATCH = 20
ERROR_LENGTH = 300


@dataclass(frozen=True)
class Claim:
    """Rows that this worker alone may send, until the claim ends. `until` also tells it from a later claim."""

    ids: list[int]
    until: dt.datetime | None


def deliver_due(*, seconds: float) -> bool:
    """Send what is due, for about so many seconds. True when there may be more.

    When many wait, some connections share the work: one is served while others wait for the mail server or for
    the database. Each notes what it sent before it sends the next.
    """
    end = time.monotonic() + seconds
    claim = claim_due()
    helping = settings.EMAIL_CONNECTIONS - 1
    if claim is None or len(claim.ids) < BATCH or helping < 1:
        return _deliver(claim, end)
    with ThreadPoolExecutor(helping) as pool:
        helpers = [pool.submit(_help, end) for _ in range(helping)]
        more = _deliver(claim, end)
        return any([more, *(helper.result() for helper in helpers)])


def _help(end: float) -> bool:
    try:
        return _deliver(claim_due(), end)
    finally:
        connection.close()  # this thread's own


def _deliver(claim: Claim | None, end: float) -> bool:
    """Send a claim's mails and those of further claims over one connection."""
    with MailServer() as server:
        while claim:
            if not _send_claimed(server, claim, end):
                return False
            if time.monotonic() > end:
                return True
            claim = claim_due()
    return False


def claim_due(*, limit: int = BATCH) -> Claim | None:
    """Claim rows that are due: queued ones, and those whose worker died. None when there are none.

    Rows that another worker is claiming at this moment are passed over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS MATERIALIZED (
                SELECT id FROM notifications_receiptemail
                WHERE state IN ('queued', 'sending') AND due_at <= statement_timestamp()
                ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            UPDATE notifications_receiptemail AS email
            SET state = 'sending', attempts = attempts + 1,
                due_at = statement_timestamp() + make_interval(secs => %(seconds)s)
            FROM due WHERE email.id = due.id
            RETURNING email.id, email.due_at
            """,
            {"seconds": settings.RECEIPT_EMAIL_CLAIM, "limit": limit},
        )
        rows = cursor.fetchall()
    return Claim(ids=[row[0] for row in rows], until=rows[0][1]) if rows else None


def _send_claimed(server: MailServer, claim: Claim, end: float) -> bool:
    """Send a claim's mails one by one. False when the mail server can't be used now."""
    practice = get_practice()
    emails = get_for_sending(claim.ids)
    for n, email in enumerate(emails):
        left = [email.pk for email in emails[n:]]
        if n and time.monotonic() > end:
            release(left, claim)
            break
        try:
            send(server, email, practice)
        except Unreachable as fault:
            note_fault(left, claim, str(fault))
            return False
        except NotAccepted as fault:
            note_fault([email.pk], claim, str(fault), for_good=isinstance(fault, Refused))
    return True


def send(server: MailServer, email: ReceiptEmail, practice: Practice) -> None:
    """Send one claimed mail and note it at once. Raises NotAccepted."""
    if hasattr(email.receipt, "void"):
        raise Refused("The receipt was voided before the mail was sent.")
    try:
        message = build_message(email, practice)
    except Exception as error:
        logger.exception("The email of receipt %s could not be written", email.receipt_id)
        raise Postponed(f"POPS could not write the mail ({type(error).__name__}).") from error
    note_sent(email.pk, provider_id=server.send(message))


def note_sent(email_id: int, *, provider_id: str) -> None:
    """The server accepted it. A provider's faster news of what became of it stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_receiptemail
            SET state = 'sent', sent_at = statement_timestamp(), error = '', provider_id = %s
            WHERE id = %s AND state IN ('sending', 'queued')
            """,
            [provider_id, email_id],
        )


def note_fault(ids: list[int], claim: Claim, error: str, *, for_good: bool = False) -> None:
    """Put claimed rows back with a pause that doubles each time, or give them up: at once, or after a day."""
    logger.warning("Receipt emails %s: %s", ids, error)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_receiptemail
            SET state = CASE WHEN stops THEN 'failed' ELSE 'queued' END,
                ended_at = CASE WHEN stops THEN statement_timestamp() END,
                due_at = least(statement_timestamp() + make_interval(secs => pause), gives_up_at),
                error = left(CASE WHEN stops THEN %(farewell)s ELSE '' END || %(error)s, %(length)s)
            FROM (SELECT id AS judged_id, gives_up_at, pause,
                         %(for_good)s OR gives_up_at <= statement_timestamp() AS stops
                  FROM notifications_receiptemail, LATERAL (
                      SELECT queued_at + make_interval(secs => %(give_up)s) AS gives_up_at,
                             least(%(longest)s, %(first)s * 2 ^ least(attempts - 1, 30)) AS pause) AS plan
                  WHERE id = ANY(%(ids)s)) AS judged
            WHERE id = judged_id AND state = 'sending' AND due_at = %(until)s
            """,
            {
                "ids": ids,
                "until": claim.until,
                "for_good": for_good,
                "error": error,
                "farewell": "" if for_good else "Given up after a day. ",
                "length": ERROR_LENGTH,
                "first": settings.RECEIPT_EMAIL_FIRST_PAUSE,
                "longest": settings.RECEIPT_EMAIL_LONGEST_PAUSE,
                "give_up": settings.RECEIPT_EMAIL_GIVE_UP,
            },
        )


def release(ids: list[int], claim: Claim) -> None:
    """Give rows back that were not tried."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_receiptemail
            SET state = 'queued', due_at = statement_timestamp(), attempts = attempts - 1
            WHERE id = ANY(%s) AND state = 'sending' AND due_at = %s
            """,
            [ids, claim.until],
        )
