-- What a guarantor paid is applied to their services, in escrow or disbursed.
-- Account {account}: {received_cents} received; {posted_cents} applied, {escrow_cents} in escrow,
-- {disbursed_cents} disbursed.
WITH spent AS (:spent), part AS (
    SELECT r.guarantor_id, r.amount_cents AS received, 0 AS posted, 0 AS escrow, 0 AS disbursed
    FROM receipts_receipt r LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number WHERE v.id IS NULL
    UNION ALL
    SELECT guarantor_id, 0, 0, amount_cents - posted_cents - disbursed_cents - refunded_cents, disbursed_cents FROM spent
    UNION ALL
    SELECT patient.guarantor_id, 0, line.cents, 0, 0
    FROM (SELECT line_id, sum(amount_cents) AS cents FROM receipts_posting GROUP BY line_id) line
    JOIN accounts_serviceline l ON l.id = line.line_id JOIN accounts_encounter e ON e.id = l.encounter_id
    JOIN accounts_patient patient ON patient.id = e.patient_id
), total AS (
    SELECT guarantor_id, sum(received)::bigint AS received_cents, sum(posted)::bigint AS posted_cents,
           sum(escrow)::bigint AS escrow_cents, sum(disbursed)::bigint AS disbursed_cents
    FROM part GROUP BY guarantor_id
)
SELECT g.account_number AS account, received_cents, posted_cents, escrow_cents, disbursed_cents
FROM total JOIN accounts_guarantor g ON g.id = guarantor_id
WHERE received_cents <> posted_cents + escrow_cents + disbursed_cents
