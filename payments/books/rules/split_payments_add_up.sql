-- The parts of a split payment are its amount; settled, each is one transaction of its receipt, of what was agreed.
-- Payment {payment} of {amount_cents}: its {parts} parts make {parts_cents},
-- {told} of them are the {moved} transactions of its receipt.
-- (What a person accepted in review may differ from what was agreed.)
WITH part AS (
    SELECT a.id AS payment, count(p.id) AS parts, coalesce(sum(p.amount_cents), 0)::bigint AS parts_cents,
           count(*) FILTER (WHERE t.receipt_id = a.receipt_id
                            AND (t.requested_cents = p.amount_cents OR a.reviewed_at IS NOT NULL)) AS told
    FROM payments_payment a
    LEFT JOIN payments_part p ON p.payment_id = a.id
    LEFT JOIN receipts_transaction t ON t.number = p.transaction_number
    WHERE a.split_by <> '' OR p.id IS NOT NULL
    GROUP BY a.id
)
SELECT part.*, a.amount_cents, moved
FROM part
JOIN payments_payment a ON a.id = part.payment
CROSS JOIN LATERAL (SELECT count(*) AS moved FROM receipts_transaction WHERE receipt_id = a.receipt_id) receipt
WHERE parts_cents <> a.amount_cents
   OR (a.split_by = '') <> (parts = 0)
   OR (told, moved) <> (CASE WHEN a.receipt_id IS NULL THEN 0 ELSE parts END, CASE WHEN a.receipt_id IS NULL THEN 0 ELSE parts END)
