"""Issuing receipts: one function in the database (issue.sql) writes the receipt and all that comes with it."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from notifications.models import Message
from notifications.services import nudge_on_commit
from pops.core.access.models import User
from pops.core.locks import Held
from receipts.documents.calls import queue_new_documents
from receipts.models import Receipt
from receipts.notices import mail_wish


@dataclass(frozen=True)
class TransactionFacts:
    """One movement of money to be put on a receipt. Amounts in cents, 0 when it was not processed.

    Without a number of the processor's it gets one of ours, from the receipt's: 100234-1. The charge of a split payment
    says for which facilities or providers alone it pays: `pays_by` which of both, `pays_for` their ids.
    """

    number: str
    method: str
    amount_cents: int
    requested_cents: int
    card_brand: str = ""
    card_last4: str = ""
    card_expiry: str = ""
    check_number: str = ""
    shared_check: str | None = None
    approval_code: str = ""
    reason: str = ""
    pays_by: str = ""
    pays_for: tuple[int, ...] | None = None


ISSUE = """
SELECT _number, _mail_state FROM receipts_issue(
    %(guarantor)s, %(batch)s, %(kind)s, %(channel)s, %(received_on)s, %(received_at)s, %(issued_by)s, %(refund_of)s,
    %(reason)s, %(transactions)s, %(auto_post)s, %(mail)s, %(domain)s)
"""


def as_json(transactions: list[TransactionFacts]) -> str:
    """Transactions for the function in issue.sql, which numbers those that have no number."""
    return json.dumps([{"nth": n, **vars(row)} for n, row in enumerate(transactions, 1)])


def issue_receipt(
    held: Held,
    *,
    guarantor_id: int,
    batch_id: int,
    channel: Receipt.Channel,
    received_on: dt.date,
    received_at: dt.datetime,
    transactions: list[TransactionFacts],
    auto_post: bool,
    kind: Receipt.Kind = Receipt.Kind.PAYMENT,
    refund_of: int | None = None,
    issued_by: User | None = None,
    reason: str = "",
    mail: bool = True,
) -> int:
    """Issue a receipt over the transactions, post its mail, and return its number.

    Paid when money moved, otherwise Unsuccessful with $0.00. `received_on` is the practice-local date and must be
    the batch's; it is held, and so is the guarantor: two receipts of one don't post to the same balance. `mail` is
    what the desk ticked for this receipt.
    """
    held.need(day=received_on, guarantor=guarantor_id)
    with connection.cursor() as cursor:
        cursor.execute(
            ISSUE,
            {
                "guarantor": guarantor_id,
                "batch": batch_id,
                "kind": kind.value,
                "channel": channel.value,
                "received_on": received_on,
                "received_at": received_at,
                "issued_by": issued_by.pk if issued_by else None,
                "refund_of": refund_of,
                "reason": reason,
                "transactions": as_json(transactions),
                "auto_post": auto_post,
                "mail": mail_wish(kind, ticked=mail),
                "domain": settings.MESSAGE_ID_DOMAIN,
            },
        )
        number, mail_state = cursor.fetchone()
    wake_workers(mail_state)
    return int(number)


def wake_workers(mail_state: str | None) -> None:
    """Have the documents of this transaction's receipts made, and their mails sent, once it is committed."""
    queue_new_documents()
    if mail_state == Message.State.QUEUED:
        nudge_on_commit()


POST_TO_LINES = """
INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, posted_by_id, posted_at,
                              facility_name, facility_address, provider_name, patient_name,
                              service_id, service_date, description, procedure_code, billed_cents, adjusted_cents,
                              insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents,
                              reason)
SELECT %(receipt)s, line_id, %(batch)s, part.cents, %(by)s,
       CASE WHEN %(is_new)s THEN (SELECT issued_at FROM receipts_receipt WHERE number = %(receipt)s)
            ELSE statement_timestamp() END,
       (SELECT name FROM practice_facility WHERE id = facility_id),
       (SELECT address FROM practice_facility WHERE id = facility_id),
       (SELECT name FROM practice_provider WHERE id = provider_id), patient_name,
       encounter || '-' || line_number, service_date, description, procedure_code, billed_cents,
       adjusted_cents, insurance_pending_cents, insurance_paid_cents, patient_paid_cents + part.cents,
       remaining_cents - part.cents,
       %(reason)s
FROM ROWS FROM (jsonb_to_recordset(%(parts)s::jsonb) AS (line_id bigint, cents bigint))
     WITH ORDINALITY AS part (line_id, cents, place)
JOIN receipts_owed USING (line_id)
ORDER BY place
"""


def post_to_lines(
    held: Held,
    *,
    receipt_number: int,
    batch_id: int,
    parts: Mapping[int, int],
    by: User | None,
    is_new: bool = False,
    reason: str = "",
) -> None:
    """Apply parts of a receipt to service lines: cents by line, negative to take back.

    Its guarantor is held, and the lines are locked by who chose them (receipts.owed.lock_lines). A line may be
    another's by now: what was applied to it is taken back from it all the same. What is posted with a new receipt bears
    the very moment of its issue: it is printed on it. The caller has looked at the balances; the database refuses at
    commit what exceeds the receipt.
    """
    if not parts:
        return
    held.need(guarantor=Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number))
    with connection.cursor() as cursor:
        cursor.execute(
            POST_TO_LINES,
            {
                "receipt": receipt_number,
                "batch": batch_id,
                "by": by.pk if by else None,
                "is_new": is_new,
                "reason": reason,
                "parts": json.dumps([{"line_id": line, "cents": cents} for line, cents in parts.items()]),
            },
        )
