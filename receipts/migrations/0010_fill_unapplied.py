from django.db import migrations
from django.db.transaction import atomic

GUARANTORS = 500
# Whoever moves money of a guarantor holds that row: who does so meanwhile is waited for, and what they committed is seen
# by the statement that follows.
HOLD = """
SELECT array_agg(id ORDER BY id)
FROM (SELECT id FROM accounts_guarantor WHERE id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE) held
"""
# What is left of the receipts that were there before the triggers which keep it. What those kept since, they know better.
KEEP = """
INSERT INTO receipts_unapplied (receipt_id, received_on, cents)
SELECT r.number, r.received_on, rest.cents
FROM receipts_receipt r
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount_cents), 0) AS cents
    FROM receipts_receipt o JOIN receipts_posting p ON p.receipt_id = o.number
    WHERE o.number = r.number OR (o.refund_of_id = r.number AND o.kind = 'refund')
) posted
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_cents), 0) AS cents FROM receipts_disbursement WHERE receipt_id = r.number
) gone
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(f.amount_cents), 0) AS cents FROM receipts_receipt f
    WHERE f.refund_of_id = r.number AND f.kind = 'refund'
        AND NOT EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = f.number)
) back
CROSS JOIN LATERAL (SELECT r.amount_cents - posted.cents - gone.cents - back.cents AS cents) rest
WHERE r.guarantor_id = ANY(%s) AND r.kind <> 'refund' AND rest.cents > 0
    AND NOT EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = r.number)
ON CONFLICT (receipt_id) DO NOTHING
"""


def fill(apps, schema_editor):
    """Guarantor by guarantor, some hundred a transaction: nobody's payment waits for all of it."""
    connection, last = schema_editor.connection, 0
    while last is not None:
        with atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(HOLD, [last, GUARANTORS])
            (held,) = cursor.fetchone()
            if held:
                cursor.execute(KEEP, [held])
        last = held[-1] if held else None


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('receipts', '0009_since_when'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
