-- Each refund to a card and its receipts say the same, and each receipt of an online refund has its refund.
-- {what}: {problem}.
WITH refund AS (
    SELECT f.*, f.refund_receipt_id IS NOT NULL OR (f.voids AND v.id IS NOT NULL) AS is_recorded,
           g.amount_cents AS given_cents, g.refund_of_id AS given_of, g.kind AS given_kind,
           b.amount_cents AS back_cents, b.refund_of_id AS back_of, b.kind AS back_kind
    FROM payments_refund f
    LEFT JOIN receipts_receiptvoid v ON v.receipt_id = f.receipt_id
    LEFT JOIN receipts_receipt g ON g.number = f.refund_receipt_id
    LEFT JOIN receipts_receipt b ON b.number = f.came_back_receipt_id
)
SELECT 'Refund ' || id || ' of receipt ' || receipt_id AS what, problem
FROM refund CROSS JOIN LATERAL (SELECT CASE
    WHEN state IN ('pending', 'succeeded') AND NOT is_recorded THEN 'it is ' || state || ' and has no receipt'
    WHEN state IN ('requested', 'settled') AND refund_receipt_id IS NOT NULL
        THEN 'it is ' || state || ' and has receipt ' || refund_receipt_id
    WHEN state = 'failed' AND refund_receipt_id IS NOT NULL AND came_back_receipt_id IS NULL
        THEN 'it failed, and no receipt brings its money in again'
    WHEN came_back_receipt_id IS NOT NULL AND (state <> 'failed' OR NOT is_recorded)
        THEN 'it is ' || state || ' and receipt ' || came_back_receipt_id || ' says that it failed'
    -- Once a refund came back, the next one is of the receipt that brought its money in again.
    WHEN (given_kind, given_cents) <> ('refund', -amount_cents) OR (given_of <> receipt_id AND NOT EXISTS (
        SELECT FROM payments_refund o WHERE o.receipt_id = refund.receipt_id AND o.came_back_receipt_id = given_of))
        THEN 'its receipt ' || refund_receipt_id || ' says otherwise'
    WHEN (back_kind, back_of, back_cents) <> ('came_back', coalesce(refund_receipt_id, receipt_id), amount_cents)
        THEN 'its receipt ' || came_back_receipt_id || ' says otherwise'
    END AS problem) found
WHERE problem IS NOT NULL
UNION ALL
SELECT 'Receipt ' || r.number, 'no refund belongs to it'
FROM receipts_receipt r
WHERE r.channel = 'online' AND r.kind IN ('refund', 'came_back')
  AND NOT EXISTS (SELECT FROM payments_refund f WHERE f.refund_receipt_id = r.number)
  AND NOT EXISTS (SELECT FROM payments_refund f WHERE f.came_back_receipt_id = r.number)
