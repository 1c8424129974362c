-- All that money did, a row a movement: a transaction of a receipt, a posting to a service, escrow disbursed. Each counts
-- on the date of its own batch, so that what is summed by date is what the batches' breakdowns say. A voided receipt's
-- transactions and declined ones count as nothing; its postings were taken back by others, and sum up with them.
-- Nothing is joined whose columns nobody asks for: the planner leaves LEFT JOINs by key out.
CREATE VIEW reports_money AS
SELECT 'received' AS entry, t.id AS row_id, r.number AS receipt_id, r.batch_id, b.batch_date AS post_date,
       b.batch_date AS received_on, r.guarantor_id, r.guarantor_name, r.account_number, r.channel, r.issued_by_id,
       kinds.type, t.method, t.card_brand,
       CASE WHEN t.card_last4 <> '' THEN 'ending in ' || t.card_last4 ELSE t.check_number END AS ending,
       CASE WHEN kinds.type IN ('payment', 'came_back') THEN t.amount_cents END AS received_cents,
       CASE WHEN kinds.type = 'refund' THEN t.amount_cents END AS refunded_cents,
       CASE WHEN kinds.type IN ('payment', 'came_back', 'refund') THEN t.amount_cents ELSE 0 END AS counted_cents,
       CASE WHEN kinds.type = 'voided' THEN t.amount_cents END AS voided_cents,
       CASE WHEN kinds.type = 'unsuccessful' THEN t.requested_cents END AS not_processed_cents,
       CASE kinds.type WHEN 'voided' THEN t.amount_cents WHEN 'unsuccessful' THEN t.requested_cents END
           AS not_counted_cents,
       NULL::bigint AS applied_cents, NULL::bigint AS disbursed_cents,
       NULL::bigint AS patient_id, NULL::bigint AS facility_id, NULL::bigint AS provider_id,
       NULL::bigint AS billing_provider_id, NULL::bigint AS referring_provider_id, NULL::boolean AS is_hidden,
       NULL::varchar AS patient_name, NULL::varchar AS facility_name, NULL::varchar AS provider_name,
       NULL::varchar AS service_id, NULL::date AS service_date, NULL::varchar AS description
FROM receipts_receipt r
JOIN batches_referencebatch b ON b.id = r.batch_id
JOIN receipts_transaction t ON t.receipt_id = r.number
LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
CROSS JOIN LATERAL (
    SELECT CASE WHEN v.id IS NOT NULL THEN 'voided' WHEN r.status = 'unsuccessful' THEN 'unsuccessful' ELSE r.kind END
        AS type
) kinds
UNION ALL
SELECT 'applied', p.id, p.receipt_id, p.batch_id, b.batch_date, rb.batch_date, r.guarantor_id, r.guarantor_name,
       r.account_number, r.channel, r.issued_by_id, r.kind, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, p.amount_cents, NULL,
       e.patient_id, e.facility_id, e.provider_id, coalesce(e.billing_provider_id, e.provider_id),
       e.referring_provider_id, e.is_confidential OR a.is_confidential,
       p.patient_name, p.facility_name, p.provider_name, p.service_id, p.service_date, p.description
FROM receipts_posting p
JOIN batches_referencebatch b ON b.id = p.batch_id
LEFT JOIN receipts_receipt r ON r.number = p.receipt_id
LEFT JOIN batches_referencebatch rb ON rb.id = r.batch_id
LEFT JOIN accounts_serviceline l ON l.id = p.line_id
LEFT JOIN accounts_encounter e ON e.id = l.encounter_id
LEFT JOIN accounts_patient a ON a.id = e.patient_id
UNION ALL
SELECT 'disbursed', d.id, d.receipt_id, d.batch_id, b.batch_date, rb.batch_date, r.guarantor_id, r.guarantor_name,
       r.account_number, r.channel, r.issued_by_id, r.kind, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, d.amount_cents,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM receipts_disbursement d
JOIN batches_referencebatch b ON b.id = d.batch_id
LEFT JOIN receipts_receipt r ON r.number = d.receipt_id
LEFT JOIN batches_referencebatch rb ON rb.id = r.batch_id;
