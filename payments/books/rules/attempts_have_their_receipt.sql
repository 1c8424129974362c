-- Each settled online payment has its receipt, which says the same; each receipt of an online payment has its attempt.
-- {what}: {problem}.
-- (An attempt paid after its decline was recorded, and accepted by a person, has the receipt of the money; that of the
-- decline stays, with the amount that was asked for. What was accepted may differ from what was agreed, and of a split
-- one the parts that were taken are on the receipt.)
SELECT CASE WHEN r.number IS NULL THEN 'Payment ' || p.id ELSE 'Receipt ' || r.number END AS what,
       CASE WHEN r.number IS NULL THEN 'it is ' || p.state || ' and has no receipt'
            WHEN p.id IS NULL THEN 'no attempt belongs to it'
            ELSE 'its attempt ' || p.id || ' is ' || p.state || ' and says otherwise' END AS problem
FROM (SELECT * FROM payments_payment WHERE receipt_id IS NOT NULL OR state IN ('paid', 'unsuccessful')) p
FULL JOIN (SELECT * FROM receipts_receipt WHERE kind = 'payment' AND channel = 'online') r ON r.number = p.receipt_id
WHERE r.number IS NULL
   OR (p.id IS NULL AND NOT (r.status = 'unsuccessful' AND EXISTS (
        SELECT FROM payments_payment a
        WHERE a.guarantor_id = r.guarantor_id AND a.state = 'paid' AND a.started_at <= r.issued_at
          AND a.reviewed_at > r.issued_at
          AND a.amount_cents = (SELECT max(requested_cents) FROM receipts_transaction WHERE receipt_id = r.number))))
   OR p.guarantor_id <> r.guarantor_id
   OR (p.state IN ('paid', 'unsuccessful') AND p.state <> r.status)
   OR (p.state = 'paid' AND p.reviewed_at IS NULL AND p.split_by = '' AND p.amount_cents <> r.amount_cents)
