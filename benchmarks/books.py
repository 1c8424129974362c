"""check_books beside its bare SQL, with a million receipts there."""

import time
from io import StringIO
from statistics import median

from django.core.management import call_command
from django.db import connection

from benchmarks.history import RECEIPTS, prepare
from payments.books.rules import get_rules, get_words
from payments.books.waits import SQL as WAITS

ROUNDS = 3

# What else there is of a million receipts: attempts, mails, PDFs (their rows: reading files is the disk's speed), and
# half of them in a closed batch.
REST = """
SET session_replication_role = replica;
INSERT INTO payments_payment (id, guarantor_id, amount_cents, currency, state, receipt_id, review_reason, started_at)
SELECT gen_random_uuid(), guarantor_id, greatest(amount_cents, 5000), 'usd', status, number, '', received_at
FROM receipts_receipt;
INSERT INTO notifications_message (kind, about_id, guarantor_id, "to", state, sent_at, message_id)
SELECT 'receipt', number, guarantor_id, 'g@example.com', 'sent', received_at, '<' || number || '@bench>'
FROM receipts_receipt WHERE status = 'paid';
INSERT INTO receipts_receiptdocument (receipt_id, file, sha256, rendered_at)
SELECT number, 'receipts/' || number || '.pdf', '', received_at FROM receipts_receipt;
INSERT INTO batches_referencebatch (description, user_id, batch_date, is_api, supplement, status, note, opened_at,
                                    closed_at, closed_by_id, closed_total_cents, closed_receipt_count)
SELECT 'API Payments', b.user_id, b.batch_date, true, 2, 'closed', '', now(), now(), b.user_id,
       (SELECT sum(amount_cents) FROM receipts_receipt WHERE number % 2 = 0),
       (SELECT count(*) FROM receipts_receipt WHERE number % 2 = 0)
FROM batches_referencebatch b;
UPDATE receipts_receipt SET batch_id = (SELECT id FROM batches_referencebatch WHERE supplement = 2)
WHERE number % 2 = 0;
INSERT INTO batches_batchclose (batch_id, total_cents, receipt_count, own_check_cents, note, closed_by_id)
SELECT id, closed_total_cents, closed_receipt_count, 0, '', user_id FROM batches_referencebatch WHERE supplement = 2;
INSERT INTO batches_batchclosetender (close_id, tender, expected_cents, over_short_cents)
SELECT id, 'card', total_cents, 0 FROM batches_batchclose;
INSERT INTO batches_batchdocument (close_id, kind, file, sha256)
SELECT id, 'packet', 'batches/packet.pdf', '' FROM batches_batchclose;
SET session_replication_role = origin;
"""


def bare() -> float:
    """Seconds of the queries alone, by the driver."""
    began = time.perf_counter()
    with connection.connection.cursor() as cursor:
        for rule in get_rules():
            cursor.execute(rule.sql, get_words())
            assert cursor.fetchall() == [], rule.name
        cursor.execute(WAITS, {"recent": None})
        cursor.fetchall()
    return time.perf_counter() - began


def ours() -> float:
    """Seconds of the command."""
    began = time.perf_counter()
    call_command("check_books", "--no-files", stdout=StringIO())
    return time.perf_counter() - began


def waits() -> float:
    """Seconds of the ages, as a page or the metrics ask for them."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(WAITS, {"recent": 10_000})
    return time.perf_counter() - began


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Target: 3 times the bare SQL."""
    prepare()
    with connection.cursor() as cursor:
        cursor.execute(REST)
        cursor.execute("VACUUM FULL ANALYZE receipts_receipt")
        cursor.execute("VACUUM ANALYZE")
    bare(), ours()  # what is read for the first time comes from the disk
    theirs, mine = zip(*((bare(), ours()) for _ in range(ROUNDS)), strict=True)
    return [
        {
            "what": f"check_books of {RECEIPTS:,} receipts, s",
            "measured": round(median(mine), 2),
            "beside": "its bare SQL",
            "its": round(median(theirs), 2),
            "ratio": round(median(mine) / median(theirs), 2),
            "target": "<= 3",
        },
        {"what": "the ages of what waits, ms", "measured": round(1000 * min(waits() for _ in range(ROUNDS)), 1)},
    ]
