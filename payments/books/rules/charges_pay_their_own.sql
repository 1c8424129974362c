-- What a part of a split payment took was applied, with the receipt, to services of whom the part pays, and no more of it.
-- Receipt {receipt}, {what}: {taken_cents} taken, {applied_cents} applied.
-- (What the desk applies or takes back later is the desk's word. A visit that was another facility's or provider's
-- counts for either, as visits change after they were paid.)
WITH posted AS (
    SELECT a.receipt_id, p.amount_cents, owner, ARRAY(
               SELECT CASE a.split_by WHEN 'facility' THEN was.facility_id ELSE was.provider_id END
               FROM accounts_encounterevent was WHERE was.pgh_obj_id = e.id) AS once
    FROM payments_payment a
    JOIN receipts_receipt r ON r.number = a.receipt_id
    JOIN receipts_posting p ON p.receipt_id = r.number AND p.posted_at = r.issued_at AND p.amount_cents > 0
    JOIN accounts_serviceline l ON l.id = p.line_id
    JOIN accounts_encounter e ON e.id = l.encounter_id
    CROSS JOIN LATERAL (SELECT CASE a.split_by WHEN 'facility' THEN e.facility_id ELSE e.provider_id END AS owner) whose
    WHERE a.split_by <> ''
), taken AS (
    SELECT a.receipt_id, part.place, part.pays_for, t.amount_cents
    FROM payments_part part
    JOIN payments_payment a ON a.id = part.payment_id
    JOIN receipts_transaction t ON t.number = part.transaction_number AND t.receipt_id = a.receipt_id
    WHERE t.amount_cents > 0
)
SELECT taken.receipt_id AS receipt, 'part ' || place AS what, taken.amount_cents AS taken_cents,
       sum(posted.amount_cents)::bigint AS applied_cents
FROM taken JOIN posted ON posted.receipt_id = taken.receipt_id AND owner = ANY (pays_for)
WHERE once <@ ARRAY[owner]
GROUP BY taken.receipt_id, place, taken.amount_cents
HAVING sum(posted.amount_cents) > taken.amount_cents
UNION ALL
SELECT receipt_id, 'services that no part pays', 0, sum(amount_cents)::bigint
FROM posted
WHERE NOT EXISTS (SELECT FROM taken WHERE taken.receipt_id = posted.receipt_id AND pays_for && (owner || once))
GROUP BY receipt_id
