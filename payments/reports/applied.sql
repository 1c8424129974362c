-- What was applied to services: a row a posting. Nothing is joined whose columns nobody asks for: the planner leaves LEFT
-- JOINs by key out.
CREATE VIEW reports_applied AS
SELECT 'applied' AS entry, p.id AS row_id, p.receipt_id, p.batch_id, b.batch_date AS post_date,
       rb.batch_date AS received_on, r.guarantor_id, r.guarantor_name, r.account_number, r.channel, r.issued_by_id,
       r.kind AS type, NULL::varchar AS method, NULL::varchar AS card_brand, NULL::varchar AS ending,
       NULL::bigint AS received_cents, NULL::bigint AS refunded_cents, NULL::bigint AS counted_cents,
       NULL::bigint AS voided_cents, NULL::bigint AS not_processed_cents, NULL::bigint AS not_counted_cents,
       p.amount_cents AS applied_cents, NULL::bigint AS disbursed_cents, e.patient_id, e.facility_id, e.provider_id,
       coalesce(e.billing_provider_id, e.provider_id) AS billing_provider_id, e.referring_provider_id,
       e.is_confidential OR a.is_confidential AS is_hidden, p.patient_name, p.facility_name, p.provider_name,
       p.service_id, p.service_date, p.description
FROM receipts_posting p
JOIN batches_referencebatch b ON b.id = p.batch_id
LEFT JOIN receipts_receipt r ON r.number = p.receipt_id
LEFT JOIN batches_referencebatch rb ON rb.id = r.batch_id
LEFT JOIN accounts_serviceline l ON l.id = p.line_id
LEFT JOIN accounts_encounter e ON e.id = l.encounter_id
LEFT JOIN accounts_patient a ON a.id = e.patient_id;
