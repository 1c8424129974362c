-- What is too much on service lines now, of the receipts of a guarantor, in cents: insurance paid after the patient, and
-- what was applied is more than the patient's share. What was applied last is too much first. A refund and what it took
-- back belong to the payment that it refunds.
WITH applied AS (
    SELECT p.line_id, CASE WHEN r.kind IN ('refund', 'returned') THEN r.refund_of_id ELSE r.number END AS receipt_id,
           sum(p.amount_cents) AS cents, max(p.id) FILTER (WHERE p.amount_cents > 0) AS latest
    FROM receipts_posting p JOIN receipts_receipt r ON r.number = p.receipt_id
    WHERE p.line_id IN (
        SELECT line_id FROM receipts_owed WHERE remaining_cents < 0 AND line_id IN (
            SELECT q.line_id FROM receipts_receipt mine JOIN receipts_posting q ON q.receipt_id = mine.number
            WHERE mine.guarantor_id = %(guarantor)s))
    GROUP BY 1, 2
), share AS (
    SELECT line_id, receipt_id, latest, cents, -remaining_cents AS too_much,
           sum(cents) OVER (PARTITION BY line_id ORDER BY latest DESC) - cents AS taken
    FROM applied JOIN receipts_owed USING (line_id) WHERE cents > 0
)
SELECT receipt_id, line_id, least(cents, too_much - taken)::bigint AS cents
FROM share JOIN receipts_receipt r ON r.number = receipt_id
WHERE r.guarantor_id = %(guarantor)s AND too_much > taken
ORDER BY latest DESC
