-- What statement `statement` of `date` shows of each service line of a guarantor, with what was posted until the post date
-- `through` (null: all). Line by line, in cents: previous + charge + payment + adjustment = remaining.
WITH shown AS (
    -- What the statements before it said last of each line. One that nothing happened to since stands on no later one.
    SELECT DISTINCT ON (i.line_id) i.line_id, i.remaining_cents, i.patient_paid_cents
    FROM accounts_statement s JOIN receipts_statementdetail d ON d.statement_id = s.id
    JOIN receipts_statementitem i ON i.detail_id = d.id
    WHERE s.guarantor_id = %(guarantor)s
    ORDER BY i.line_id, i.detail_id DESC
), line AS (
    SELECT o.line_id FROM receipts_owed o JOIN accounts_serviceline l ON l.id = o.line_id
    JOIN accounts_statement s ON s.id = l.statement_id
    WHERE o.guarantor_id = %(guarantor)s AND (s.statement_date, s.id) <= (%(date)s::date, %(statement)s)
    UNION
    -- What was owed on the last one, and isn't this guarantor's any more.
    SELECT line_id FROM shown WHERE remaining_cents > 0
), stood AS (
    SELECT o.*, paid.cents AS paid_cents, share.cents AS share_cents,
           CASE WHEN o.guarantor_id <> %(guarantor)s OR o.in_collections THEN 0
                ELSE greatest(share.cents - paid.cents, 0) END AS left_cents
    FROM line JOIN receipts_owed o USING (line_id)
    CROSS JOIN LATERAL (SELECT o.remaining_cents + o.patient_paid_cents AS cents) share
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(p.amount_cents), 0)::bigint AS cents
        FROM receipts_posting p JOIN batches_referencebatch b ON b.id = p.batch_id
        WHERE p.line_id = o.line_id AND (%(through)s::date IS NULL OR b.batch_date <= %(through)s::date)
    ) paid
)
SELECT t.line_id, f.name AS facility_name, v.name AS provider_name, t.patient_name,
       t.encounter || '-' || t.line_number AS service_id, t.service_date, t.description, t.procedure_code,
       t.billed_cents, t.adjusted_cents, t.insurance_pending_cents, t.insurance_paid_cents,
       t.paid_cents AS patient_paid_cents,
       coalesce(shown.remaining_cents, 0) AS previous_cents,
       CASE WHEN shown.line_id IS NULL THEN t.share_cents ELSE 0 END AS charge_cents,
       coalesce(shown.patient_paid_cents, 0) - t.paid_cents AS payment_cents,
       t.left_cents AS remaining_cents
FROM stood t LEFT JOIN shown USING (line_id)
JOIN practice_facility f ON f.id = t.facility_id JOIN practice_provider v ON v.id = t.provider_id
WHERE shown.remaining_cents > 0 OR t.left_cents > 0 OR t.paid_cents <> coalesce(shown.patient_paid_cents, 0)
   OR shown.line_id IS NULL AND t.share_cents > 0
ORDER BY t.responsible_on, t.encounter, t.line_number
