"""Issuing receipts. One SQL statement writes the receipt, its transactions and its postings."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import connection

from pops.core.access.models import User
from pops.core.locks import Held
from receipts.documents.calls import queue_new_documents
from receipts.models import Receipt
from receipts.notices import MAILED, post_receipt


@dataclass(frozen=True)
class TransactionFacts:
    """One movement of money to be put on a receipt. Amounts in cents, 0 when it was not processed.

    Without a number of the processor's it gets one of ours, from the receipt's: 100234-1.
    """

    number: str
    method: str
    amount_cents: int
    requested_cents: int
    card_brand: str = ""
    card_last4: str = ""
    card_expiry: str = ""
    check_number: str = ""
    approval_code: str = ""
    reason: str = ""


# Auto-Post takes the oldest balances first: each line gets what the lines before it left over. The lines
# that are in collections can't be paid here. What no line takes is escrow: no row, it is the difference.
ISSUE_RECEIPT = """
WITH receipt AS (
    INSERT INTO receipts_receipt (guarantor_id, batch_id, kind, status, channel, amount_cents, received_on,
                                  received_at, issued_by_id, refund_of_id, reason, guarantor_name, account_number)
    SELECT id, %(batch)s, %(kind)s, %(status)s, %(channel)s, %(amount)s, %(received_on)s,
           %(received_at)s, %(issued_by)s, %(refund_of)s, %(reason)s, name, account_number
    FROM accounts_guarantor WHERE id = %(guarantor)s
    RETURNING number
), movement AS (
    INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents, card_brand,
                                      card_last4, card_expiry, check_number, approval_code, reason)
    SELECT receipt.number, CASE WHEN t.number = '' THEN receipt.number || '-' || t.nth ELSE t.number END,
           t.method, t.amount_cents, t.requested_cents, t.card_brand,
           t.card_last4, t.card_expiry, t.check_number, t.approval_code, t.reason
    FROM receipt, jsonb_to_recordset(%(transactions)s::jsonb) AS t (
        nth int, number text, method text, amount_cents bigint, requested_cents bigint, card_brand text,
        card_last4 text, card_expiry text, check_number text, approval_code text, reason text)
), share AS (
    SELECT *, least(payable_cents, %(amount)s - (sum(payable_cents) OVER oldest_first - payable_cents))::bigint AS cents
    FROM receipts_owed WHERE %(auto_post)s AND guarantor_id = %(guarantor)s AND payable_cents > 0
    WINDOW oldest_first AS (ORDER BY service_date, encounter, line_number)
), posting AS (
    INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, posted_by_id,
                                  facility_name, provider_name, patient_name,
                                  service_id, service_date, description, billed_cents, adjusted_cents,
                                  insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
    SELECT receipt.number, line_id, %(batch)s, cents, %(issued_by)s,
           (SELECT name FROM practice_facility WHERE id = facility_id),
           (SELECT name FROM practice_provider WHERE id = provider_id), patient_name,
           encounter || '-' || line_number, service_date, description, billed_cents, adjusted_cents,
           insurance_pending_cents, insurance_paid_cents, patient_paid_cents + cents, remaining_cents - cents
    FROM receipt, share WHERE cents > 0
)
SELECT number FROM receipt
"""


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
    amount = sum(transaction.amount_cents for transaction in transactions)
    with connection.cursor() as cursor:
        cursor.execute(
            ISSUE_RECEIPT,
            {
                "guarantor": guarantor_id,
                "batch": batch_id,
                "kind": kind.value,
                "channel": channel.value,
                "status": (Receipt.Status.PAID if amount else Receipt.Status.UNSUCCESSFUL).value,
                "amount": amount,
                "received_on": received_on,
                "received_at": received_at,
                "issued_by": issued_by.pk if issued_by else None,
                "refund_of": refund_of,
                "reason": reason,
                "transactions": json.dumps([{"nth": n, **asdict(row)} for n, row in enumerate(transactions, 1)]),
                "auto_post": auto_post and amount > 0,
            },
        )
        number = int(cursor.fetchone()[0])
    if amount and kind in MAILED:
        post_receipt(receipt_number=number, guarantor_id=guarantor_id, wanted=mail)
    queue_new_documents()
    return number


POST_TO_LINES = """
INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, posted_by_id, posted_at,
                              facility_name, provider_name, patient_name,
                              service_id, service_date, description, billed_cents, adjusted_cents,
                              insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
SELECT %(receipt)s, line_id, %(batch)s, part.cents, %(by)s,
       CASE WHEN %(is_new)s THEN (SELECT issued_at FROM receipts_receipt WHERE number = %(receipt)s)
            ELSE statement_timestamp() END,
       (SELECT name FROM practice_facility WHERE id = facility_id),
       (SELECT name FROM practice_provider WHERE id = provider_id), patient_name,
       encounter || '-' || line_number, service_date, description, billed_cents, adjusted_cents,
       insurance_pending_cents, insurance_paid_cents, patient_paid_cents + part.cents, remaining_cents - part.cents
FROM jsonb_to_recordset(%(parts)s::jsonb) AS part (line_id bigint, cents bigint)
JOIN receipts_owed USING (line_id)
WHERE guarantor_id = %(guarantor)s
"""


def post_to_lines(
    held: Held, *, receipt_number: int, batch_id: int, parts: Mapping[int, int], by: User | None, is_new: bool = False
) -> None:
    """Apply parts of a receipt to service lines of the guarantor held: cents by line, negative to take back.

    What is posted with a new receipt bears the very moment of its issue: it is printed on it. The caller has looked
    at the balances; the database refuses at commit what exceeds the receipt.
    """
    if not parts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            POST_TO_LINES,
            {
                "receipt": receipt_number,
                "guarantor": held.guarantor_id,
                "batch": batch_id,
                "by": by.pk if by else None,
                "is_new": is_new,
                "parts": json.dumps([{"line_id": line, "cents": cents} for line, cents in parts.items()]),
            },
        )
