-- All that money did, a row a movement: a transaction of a receipt, a posting to a service, escrow disbursed. Each counts
-- on the date of its own batch, so that what is summed by date is what the batches' breakdowns say. A voided receipt's
-- transactions and declined ones count as nothing; its postings were taken back by others, and sum up with them.
-- The types of each column are alike: else the planner makes the whole of it, all joins, before it looks at the question.
CREATE VIEW reports_money AS
SELECT * FROM reports_received
UNION ALL
SELECT * FROM reports_applied
UNION ALL
SELECT 'disbursed' AS entry, d.id AS row_id, d.receipt_id, d.batch_id, b.batch_date AS post_date,
       rb.batch_date AS received_on, r.guarantor_id, r.guarantor_name, r.account_number, r.channel, r.issued_by_id,
       r.kind AS type, NULL::varchar AS method, NULL::varchar AS card_brand, NULL::varchar AS ending,
       NULL::bigint AS received_cents, NULL::bigint AS refunded_cents, NULL::bigint AS counted_cents,
       NULL::bigint AS voided_cents, NULL::bigint AS not_processed_cents, NULL::bigint AS not_counted_cents,
       NULL::bigint AS applied_cents, d.amount_cents AS disbursed_cents, NULL::bigint AS patient_id,
       NULL::bigint AS facility_id, NULL::bigint AS provider_id, NULL::bigint AS billing_provider_id,
       NULL::bigint AS referring_provider_id, NULL::boolean AS is_hidden, NULL::varchar AS patient_name,
       NULL::varchar AS facility_name, NULL::varchar AS provider_name, NULL::varchar AS service_id,
       NULL::date AS service_date, NULL::varchar AS description
FROM receipts_disbursement d
JOIN batches_referencebatch b ON b.id = d.batch_id
LEFT JOIN receipts_receipt r ON r.number = d.receipt_id
LEFT JOIN batches_referencebatch rb ON rb.id = r.batch_id;
