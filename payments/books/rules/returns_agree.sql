-- Money that the bank took back names what came in, is no more than that, and online names the dispute that was lost.
-- Receipt {receipt}: {problem}.
WITH returned AS (
    SELECT r.number, r.kind, r.refund_of_id, r.amount_cents, r.channel, m.transaction_id, t.receipt_id AS came_on,
           t.amount_cents AS came, d.stripe_id AS dispute,
           -sum(r.amount_cents) FILTER (WHERE v.id IS NULL) OVER (PARTITION BY m.transaction_id) AS gone,
           v.id IS NOT NULL AS is_void
    FROM (
        SELECT number FROM receipts_receipt WHERE kind = 'returned' UNION SELECT receipt_id FROM receipts_moneyreturn
    ) one
    JOIN receipts_receipt r USING (number)
    LEFT JOIN receipts_moneyreturn m ON m.receipt_id = r.number
    LEFT JOIN receipts_transaction t ON t.id = m.transaction_id
    LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
    LEFT JOIN payments_dispute d ON d.returned_receipt_id = r.number
)
SELECT number AS receipt, CASE
    WHEN kind <> 'returned' THEN 'it is another kind of receipt'
    WHEN transaction_id IS NULL THEN 'it does not say what came back'
    WHEN came_on <> refund_of_id OR came < -amount_cents THEN 'what came back is not of its payment, or was less'
    WHEN gone > came AND NOT is_void THEN 'more came back than came in, by several returns'
    WHEN channel = 'online' AND dispute IS NULL THEN 'no dispute says so'
    WHEN channel <> 'online' AND dispute IS NOT NULL THEN 'it was entered at the desk, and a dispute says so'
    END AS problem
FROM returned
WHERE kind <> 'returned' OR transaction_id IS NULL OR came_on <> refund_of_id OR came < -amount_cents OR (gone > came AND NOT is_void)
    OR (channel = 'online') <> (dispute IS NOT NULL)
