"""Receipt emails: queued with the payment, once more when staff ask for it, moved on by the provider's news."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf

from notifications.models import ReceiptEmail
from pops.accounts.models import Guarantor, User
from pops.nudger import Nudger

State, Reason = ReceiptEmail.State, ReceiptEmail.Reason

# By name: tasks stand above services. One task takes all that is due.
nudger = Nudger("notifications.tasks.deliver")

QUEUE_RECEIPT_EMAIL = f"""
INSERT INTO notifications_receiptemail (receipt_id, "to", state, reason, message_id)
SELECT %(receipt)s, guarantor.email,
       CASE WHEN judged.reason = '' THEN '{State.QUEUED}' ELSE '{State.NOT_WANTED}' END, judged.reason,
       '<' || gen_random_uuid() || '@' || %(domain)s || '>'
FROM accounts_guarantor guarantor
JOIN practice_group ON practice_group.id = guarantor.group_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN NOT practice_group.email_receipts THEN '{Reason.SWITCHED_OFF}'
    WHEN guarantor.email_opt_out THEN '{Reason.OPTED_OUT}'
    WHEN guarantor.email = '' THEN '{Reason.NO_ADDRESS}'
    WHEN NOT %(wanted)s THEN '{Reason.UNTICKED}'
    ELSE '' END AS reason) judged
WHERE guarantor.id = %(guarantor)s
RETURNING state
"""  # noqa: S608  only our own enum values are put in


def queue_receipt_email(*, receipt_number: int, guarantor_id: int, wanted: bool = True) -> None:
    """Put the email of a paid or refunded receipt into the outbox, or note there why none is sent.

    The Email Receipts switch is judged here, in the transaction that records the payment. `wanted` is what
    the desk ticked for this one receipt.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            QUEUE_RECEIPT_EMAIL,
            {
                "receipt": receipt_number,
                "guarantor": guarantor_id,
                "wanted": wanted,
                "domain": settings.MESSAGE_ID_DOMAIN,
            },
        )
        (state,) = cursor.fetchone()
    if state == State.QUEUED:
        nudge_on_commit()


def nudge_on_commit() -> None:
    """Have a worker look into the outbox once this transaction is committed."""
    # robust: whatever happens to the nudge, the row is kept, and the sweep finds it.
    transaction.on_commit(nudger.nudge, robust=True)


# --- Sending again --------------------------------------------------------------------------------------------


class CannotSendAgain(Exception):
    """Why an email can't be sent again, in words for staff."""


class StillWaiting(CannotSendAgain):
    def __init__(self) -> None:
        super().__init__("This email is still on its way.")


class AlreadySentAgain(CannotSendAgain):
    def __init__(self) -> None:
        super().__init__("This email was sent again before. Once is all.")


class ReceiptVoided(CannotSendAgain):
    def __init__(self) -> None:
        super().__init__("The receipt was voided: there is nothing to confirm.")


class NotWanted(CannotSendAgain):
    def __init__(self, reason: ReceiptEmail.Reason) -> None:
        super().__init__(f"{reason.label}.")


def send_again(*, email_id: int, reason: str, by: User) -> ReceiptEmail:
    """Send a receipt's email once more, to the guarantor's address of now. Who, when and why are kept.

    Raises StillWaiting, AlreadySentAgain, ReceiptVoided, NotWanted, and ReceiptEmail.DoesNotExist.
    """
    with transaction.atomic():
        email = ReceiptEmail.objects.select_for_update(no_key=True).get(pk=email_id)
        if email.state in ReceiptEmail.WAITING:
            raise StillWaiting
        if not email.can_be_sent_again:
            raise AlreadySentAgain
        if hasattr(email.receipt, "void"):
            raise ReceiptVoided
        guarantor = Guarantor.objects.select_related("group").get(receipts=email.receipt_id)
        _refuse_unwanted(guarantor)
        copy = ReceiptEmail.objects.create(
            receipt_id=email.receipt_id,
            to=guarantor.email,
            state=State.QUEUED,
            message_id=f"<{uuid.uuid4()}@{settings.MESSAGE_ID_DOMAIN}>",
            copy_of=email,
            copy_reason=reason,
            copied_by=by,
        )
        nudge_on_commit()
        return copy


def _refuse_unwanted(guarantor: Guarantor) -> None:
    if not guarantor.group.email_receipts:
        raise NotWanted(Reason.SWITCHED_OFF)
    if guarantor.email_opt_out:
        raise NotWanted(Reason.OPTED_OUT)
    if not guarantor.email:
        raise NotWanted(Reason.NO_ADDRESS)


# --- What became of it ------------------------------------------------------------------------------------------

# States only move on: news that comes late or twice changes nothing. Providers report mail that bounced after it
# was taken, and readers who complain about what they got.
ON_THE_WAY = [State.QUEUED, State.SENDING, State.SENT]
MOVES_FROM = {
    State.DELIVERED: ON_THE_WAY,
    State.BOUNCED: [*ON_THE_WAY, State.DELIVERED],
    State.FAILED: [*ON_THE_WAY, State.DELIVERED],
    State.COMPLAINED: [*ON_THE_WAY, State.DELIVERED, State.BOUNCED],
}


@dataclass(frozen=True)
class DeliveryNews:
    """What a provider reports about a mail. It names our row, or the mail by its own ID."""

    state: ReceiptEmail.State
    at: dt.datetime
    email_id: int | None
    provider_id: str
    error: str


def note_news(*, news: DeliveryNews) -> bool:
    """Move the row on to what the provider reports. False when there is none or it knows better.

    A worker that died before it noted that the provider took the mail is made up for: the row leaves the queue.
    """
    found = Q(pk=news.email_id)
    if news.email_id is None:
        found = Q(provider_id=news.provider_id) | Q(message_id=news.provider_id) if news.provider_id else Q(pk=None)
    moved = ReceiptEmail.objects.filter(found, state__in=MOVES_FROM[news.state]).update(
        state=news.state,
        sent_at=Coalesce("sent_at", Value(news.at)),
        ended_at=news.at,
        error=news.error,
        provider_id=Coalesce(NullIf("provider_id", Value("")), Value(news.provider_id)),
    )
    return moved == 1
