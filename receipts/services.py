"""Issuing receipts. One SQL statement writes the receipt, its transactions and its postings."""

import datetime as dt
import json
from dataclasses import asdict, dataclass

from django.db import connection

from receipts.models import Receipt


@dataclass(frozen=True)
class TransactionFacts:
    """One movement of money to be put on a receipt. Amounts in cents, 0 when it was not processed."""

    number: str
    method: str
    amount_cents: int
    requested_cents: int
    card_brand: str = ""
    card_last4: str = ""
    card_expiry: str = ""
    reason: str = ""


# Auto-Post takes the oldest balances first: each line gets what the lines before it left over. The lines
# that are in collections can't be paid here. What no line takes is escrow: no row, it is the difference.
ISSUE_RECEIPT = """
WITH receipt AS (
    INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on, received_at,
                                  guarantor_name, account_number)
    SELECT id, %(batch)s, %(status)s, %(channel)s, %(amount)s, %(received_on)s, %(received_at)s, name, account_number
    FROM accounts_guarantor WHERE id = %(guarantor)s
    RETURNING number
), movement AS (
    INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents,
                                      card_brand, card_last4, card_expiry, reason)
    SELECT receipt.number, t.number, t.method, t.amount_cents, t.requested_cents,
           t.card_brand, t.card_last4, t.card_expiry, t.reason
    FROM receipt, jsonb_to_recordset(%(transactions)s::jsonb) AS t (
        number text, method text, amount_cents bigint, requested_cents bigint,
        card_brand text, card_last4 text, card_expiry text, reason text)
), line AS (
    SELECT l.*, e.number AS encounter, e.facility_id, e.provider_id, p.name AS patient_name,
           paid.cents AS paid_cents, l.patient_share_cents - paid.cents AS open_cents
    FROM accounts_patient p
    JOIN accounts_encounter e ON e.patient_id = p.id AND NOT e.in_collections
    JOIN accounts_serviceline l ON l.encounter_id = e.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_cents), 0)::bigint AS cents FROM receipts_posting WHERE line_id = l.id
    ) paid
    WHERE %(auto_post)s AND p.guarantor_id = %(guarantor)s AND l.patient_share_cents > paid.cents
), share AS (
    SELECT *, least(open_cents, %(amount)s - (sum(open_cents) OVER oldest_first - open_cents))::bigint AS cents
    FROM line WINDOW oldest_first AS (ORDER BY service_date, encounter, line_number)
), posting AS (
    INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents,
                                  facility_name, provider_name, patient_name,
                                  service_id, service_date, description, billed_cents, adjusted_cents,
                                  insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
    SELECT receipt.number, share.id, %(batch)s, cents,
           (SELECT name FROM practice_facility WHERE id = facility_id),
           (SELECT name FROM practice_provider WHERE id = provider_id), patient_name,
           encounter || '-' || line_number, service_date, description, billed_cents, adjusted_cents,
           insurance_pending_cents, insurance_paid_cents, paid_cents + cents, open_cents - cents
    FROM receipt, share WHERE cents > 0
)
SELECT number FROM receipt
"""


def issue_receipt(
    *,
    guarantor_id: int,
    batch_id: int,
    channel: Receipt.Channel,
    received_on: dt.date,
    received_at: dt.datetime,
    transactions: list[TransactionFacts],
    auto_post: bool,
) -> int:
    """Issue a receipt over the transactions and return its number.

    Paid when money moved, otherwise Unsuccessful with $0.00. `received_on` is the practice-local date and
    must be the batch's. Call it in a transaction that holds the guarantor's row, so that two receipts of a
    guarantor don't post to the same balance.
    """
    amount = sum(transaction.amount_cents for transaction in transactions)
    with connection.cursor() as cursor:
        cursor.execute(
            ISSUE_RECEIPT,
            {
                "guarantor": guarantor_id,
                "batch": batch_id,
                "channel": channel.value,
                "status": (Receipt.Status.PAID if amount else Receipt.Status.UNSUCCESSFUL).value,
                "amount": amount,
                "received_on": received_on,
                "received_at": received_at,
                "transactions": json.dumps([asdict(transaction) for transaction in transactions]),
                "auto_post": auto_post and amount > 0,
            },
        )
        return int(cursor.fetchone()[0])
