-- What a guarantor paid is applied to their services, in escrow or disbursed.
-- Account {account}: {received_cents} received; {posted_cents} applied, {escrow_cents} in escrow,
-- {disbursed_cents} disbursed.
-- (What was applied to a patient's service stays there when the patient or the visit moves to another guarantor: it is
-- of who paid it, as long as the service was once theirs.)
WITH spent AS (:spent), once AS (
    SELECT e.id AS encounter_id, was.guarantor_id
    FROM accounts_patientevent was JOIN accounts_patient p ON p.id = was.pgh_obj_id AND p.guarantor_id <> was.guarantor_id
    JOIN accounts_encounter e ON e.patient_id = p.id
    UNION SELECT e.id, p.guarantor_id
    FROM accounts_encounterevent was JOIN accounts_encounter e ON e.id = was.pgh_obj_id AND e.patient_id <> was.patient_id
    JOIN (SELECT id, guarantor_id FROM accounts_patient
          UNION SELECT pgh_obj_id, guarantor_id FROM accounts_patientevent) p ON p.id = was.patient_id
), part AS (
    SELECT r.guarantor_id, r.amount_cents AS received, 0 AS posted, 0 AS escrow, 0 AS disbursed
    FROM receipts_receipt r LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number WHERE v.id IS NULL
    UNION ALL
    SELECT guarantor_id, 0, 0, amount_cents - posted_cents - disbursed_cents - refunded_cents, disbursed_cents FROM spent
    UNION ALL
    SELECT CASE WHEN once.guarantor_id IS NULL THEN patient.guarantor_id ELSE line.guarantor_id END,
           0, line.cents, 0, 0
    FROM (SELECT p.line_id, r.guarantor_id, sum(p.amount_cents) AS cents
          FROM receipts_posting p JOIN receipts_receipt r ON r.number = p.receipt_id GROUP BY 1, 2) line
    JOIN accounts_serviceline l ON l.id = line.line_id JOIN accounts_encounter e ON e.id = l.encounter_id
    JOIN accounts_patient patient ON patient.id = e.patient_id
    LEFT JOIN once ON once.encounter_id = e.id AND once.guarantor_id = line.guarantor_id
), total AS (
    SELECT guarantor_id, sum(received)::bigint AS received_cents, sum(posted)::bigint AS posted_cents,
           sum(escrow)::bigint AS escrow_cents, sum(disbursed)::bigint AS disbursed_cents
    FROM part GROUP BY guarantor_id
)
SELECT g.account_number AS account, received_cents, posted_cents, escrow_cents, disbursed_cents
FROM total JOIN accounts_guarantor g ON g.id = guarantor_id
WHERE received_cents <> posted_cents + escrow_cents + disbursed_cents
