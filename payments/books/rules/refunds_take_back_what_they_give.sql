-- A refund, or what the bank took back, takes from services no more than it gives back.
-- Receipt {receipt}: it gives {given_cents} back and took {taken_cents} from services.
SELECT r.number AS receipt, -r.amount_cents AS given_cents, -sum(p.amount_cents)::bigint AS taken_cents
FROM receipts_receipt r JOIN receipts_posting p ON p.receipt_id = r.number
WHERE r.kind IN ('refund', 'returned')
GROUP BY r.number
HAVING sum(p.amount_cents) NOT BETWEEN r.amount_cents AND 0
