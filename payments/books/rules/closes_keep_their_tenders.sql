-- The last close of each closed batch expected of each tender what the batch's transactions make.
-- Batch {batch}, {tender}: {expected_cents} were expected at the close, the transactions make {moved_cents}.
WITH last AS (
    SELECT DISTINCT ON (c.batch_id) c.batch_id, c.id, c.own_check_cents, c.returned_cents
    FROM batches_batchclose c JOIN batches_referencebatch b ON b.id = c.batch_id
    WHERE b.status IN ('closed', 'archived') ORDER BY c.batch_id, c.id DESC
), told AS (
    SELECT last.batch_id, t.tender, t.expected_cents AS cents
    FROM last JOIN batches_batchclosetender t ON t.close_id = last.id
    UNION ALL SELECT batch_id, 'own check', own_check_cents FROM last
    UNION ALL SELECT batch_id, 'returned', returned_cents FROM last
), held AS (
    -- A refund by a check that the practice wrote takes none of the checks on the desk, nor does what the bank took back.
    SELECT r.batch_id, sum(t.amount_cents)::bigint AS cents,
           CASE WHEN r.kind = 'refund' AND t.method = 'check' THEN 'own check'
                WHEN r.kind = 'returned' THEN 'returned'
                ELSE %(tenders)s::jsonb ->> t.method END AS tender
    FROM last JOIN receipts_receipt r ON r.batch_id = last.batch_id
    JOIN receipts_transaction t ON t.receipt_id = r.number
    LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
    WHERE v.id IS NULL GROUP BY r.batch_id, 3
)
SELECT batch_id AS batch, tender, coalesce(told.cents, 0) AS expected_cents, coalesce(held.cents, 0) AS moved_cents
FROM told FULL JOIN held USING (batch_id, tender)
WHERE coalesce(told.cents, 0) <> coalesce(held.cents, 0)
