-- Each closed batch holds what was stored with it and with its last close: the total and the number of receipts.
-- Batch {batch}: {stored_count} receipts of {stored_cents} are stored, its last close
-- says {close_count} of {close_cents}, it holds {held_count} of {held_cents}.
SELECT b.id AS batch, b.closed_receipt_count AS stored_count, b.closed_total_cents AS stored_cents,
       coalesce(c.receipt_count, 0) AS close_count, coalesce(c.total_cents, 0) AS close_cents,
       coalesce(held.count, 0) AS held_count, coalesce(held.cents, 0) AS held_cents
FROM batches_referencebatch b
LEFT JOIN (
    SELECT DISTINCT ON (batch_id) batch_id, total_cents, receipt_count
    FROM batches_batchclose ORDER BY batch_id, id DESC
) c ON c.batch_id = b.id
LEFT JOIN (
    SELECT r.batch_id, count(*) AS count, sum(r.amount_cents)::bigint AS cents
    FROM receipts_receipt r LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
    WHERE v.id IS NULL GROUP BY r.batch_id
) held ON held.batch_id = b.id
WHERE b.status IN ('closed', 'archived') AND (
    (c.receipt_count, c.total_cents) IS DISTINCT FROM (b.closed_receipt_count, b.closed_total_cents)
    OR (coalesce(held.count, 0), coalesce(held.cents, 0)) <> (b.closed_receipt_count, b.closed_total_cents))
