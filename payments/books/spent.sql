-- What became of the money of each receipt that brought some in: a payment, or a refund that came back. What a refund
-- gave back, and took back from services, is its payment's. A receipt of which nothing is spent has no row.
SELECT owner, sum(posted)::bigint AS posted_cents, sum(disbursed)::bigint AS disbursed_cents,
       sum(refunded)::bigint AS refunded_cents
FROM (
    SELECT CASE r.kind WHEN 'refund' THEN r.refund_of_id ELSE r.number END AS owner, p.amount_cents AS posted,
           0 AS disbursed, 0 AS refunded
    FROM receipts_posting p JOIN receipts_receipt r ON r.number = p.receipt_id
    UNION ALL
    SELECT receipt_id, 0, amount_cents, 0 FROM receipts_disbursement
    UNION ALL
    SELECT r.refund_of_id, 0, 0, -r.amount_cents
    FROM receipts_receipt r LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
    WHERE r.kind = 'refund' AND v.id IS NULL
) part
GROUP BY owner
