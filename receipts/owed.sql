-- What is owed on each service line now, in cents, with all that a posting copies of it. A line's guarantor is its
-- patient's, who answers for it since `responsible_on`. Of a retired visit nothing is owed. What a line can take here is
-- what remains of it, unless it was handed to a collections agency.
CREATE VIEW receipts_owed AS
SELECT l.id AS line_id, p.id AS patient_id, p.guarantor_id, e.in_collections, paid.cents AS patient_paid_cents,
       share.cents - paid.cents AS remaining_cents,
       CASE WHEN e.in_collections THEN 0 ELSE greatest(share.cents - paid.cents, 0) END AS payable_cents,
       e.number AS encounter, l.line_number, l.service_date, l.description, l.procedure_code, p.name AS patient_name,
       e.facility_id, e.provider_id, l.billed_cents, l.adjusted_cents, l.insurance_pending_cents, l.insurance_paid_cents,
       coalesce(l.responsibility_date, l.service_date) AS responsible_on
FROM accounts_patient p
JOIN accounts_encounter e ON e.patient_id = p.id
JOIN accounts_serviceline l ON l.encounter_id = e.id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_cents), 0)::bigint AS cents FROM receipts_posting WHERE line_id = l.id
) paid
CROSS JOIN LATERAL (SELECT CASE WHEN e.is_retired THEN 0 ELSE l.patient_share_cents END AS cents) share;
