-- The last close of each closed batch tells what moved in its drawer beside receipts.
-- Batch {batch}: its close tells of {told_cents} in the drawer, {moved_cents} moved there.
WITH last AS (
    SELECT DISTINCT ON (c.batch_id) c.batch_id, c.float_cents + c.paid_in_cents - c.paid_out_cents - c.dropped_cents AS cents
    FROM batches_batchclose c JOIN batches_referencebatch b ON b.id = c.batch_id
    WHERE b.status IN ('closed', 'archived') ORDER BY c.batch_id, c.id DESC
), drawer AS (
    SELECT batch_id, sum(CASE WHEN kind IN ('float', 'paid_in') THEN amount_cents ELSE -amount_cents END)::bigint AS cents
    FROM batches_drawermovement GROUP BY batch_id
)
SELECT last.batch_id AS batch, last.cents AS told_cents, coalesce(drawer.cents, 0) AS moved_cents
FROM last LEFT JOIN drawer ON drawer.batch_id = last.batch_id
WHERE last.cents <> coalesce(drawer.cents, 0)
