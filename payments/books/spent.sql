-- What became of the money of each receipt that brought some in: a payment, or a refund that came back. What a refund
-- gave back, and took back from services, is its payment's; so is what the bank took back. Of a voided one nothing counts
-- as received.
SELECT r.number AS receipt, r.guarantor_id, CASE WHEN v.id IS NULL THEN r.amount_cents ELSE 0 END AS amount_cents,
       coalesce(own.cents, 0) + coalesce(back.posted, 0) AS posted_cents, coalesce(gone.cents, 0) AS disbursed_cents,
       coalesce(back.refunded, 0) AS refunded_cents, coalesce(back.returned, 0) AS returned_cents
FROM receipts_receipt r
LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
LEFT JOIN (
    SELECT receipt_id, sum(amount_cents)::bigint AS cents FROM receipts_posting GROUP BY receipt_id
) own ON own.receipt_id = r.number
LEFT JOIN (
    SELECT receipt_id, sum(amount_cents)::bigint AS cents FROM receipts_disbursement GROUP BY receipt_id
) gone ON gone.receipt_id = r.number
LEFT JOIN (
    SELECT f.refund_of_id, sum(taken.cents)::bigint AS posted,
           sum(CASE WHEN v.id IS NULL THEN -f.amount_cents ELSE 0 END)::bigint AS refunded,
           sum(CASE WHEN v.id IS NULL AND f.kind = 'returned' THEN -f.amount_cents ELSE 0 END)::bigint AS returned
    FROM receipts_receipt f
    LEFT JOIN receipts_receiptvoid v ON v.receipt_id = f.number
    CROSS JOIN LATERAL (SELECT sum(amount_cents) AS cents FROM receipts_posting WHERE receipt_id = f.number) taken
    WHERE f.kind IN ('refund', 'returned') GROUP BY f.refund_of_id
) back ON back.refund_of_id = r.number
WHERE r.kind NOT IN ('refund', 'returned')
