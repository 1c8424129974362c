-- The transactions of each receipt add up to its amount.
-- Receipt {receipt}: its amount is {amount_cents}, its transactions make {moved_cents}.
SELECT r.number AS receipt, r.amount_cents, coalesce(t.cents, 0) AS moved_cents
FROM receipts_receipt r
LEFT JOIN (
    SELECT receipt_id, sum(amount_cents)::bigint AS cents FROM receipts_transaction GROUP BY receipt_id
) t ON t.receipt_id = r.number
WHERE t.cents IS DISTINCT FROM r.amount_cents
