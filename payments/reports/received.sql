-- What came in and what was given back: a row a transaction of a receipt. A list of it is asked here and not of all
-- movements, as rows of a union can't be had in an order without sorting all of them.
CREATE VIEW reports_received AS
SELECT 'received' AS entry, t.id AS row_id, r.number AS receipt_id, r.batch_id, b.batch_date AS post_date,
       b.batch_date AS received_on, r.guarantor_id, r.guarantor_name, r.account_number, r.channel, r.issued_by_id,
       kinds.type, t.method, t.card_brand,
       CASE WHEN t.card_last4 <> '' THEN 'ending in ' || t.card_last4 ELSE t.check_number END AS ending,
       CASE WHEN kinds.type IN ('payment', 'came_back') THEN t.amount_cents END AS received_cents,
       CASE WHEN kinds.type IN ('refund', 'returned') THEN t.amount_cents END AS refunded_cents,
       CASE WHEN kinds.type IN ('payment', 'came_back', 'refund', 'returned') THEN t.amount_cents ELSE 0 END AS counted_cents,
       CASE WHEN kinds.type = 'voided' THEN t.amount_cents END AS voided_cents,
       CASE WHEN kinds.type = 'unsuccessful' THEN t.requested_cents END AS not_processed_cents,
       CASE kinds.type WHEN 'voided' THEN t.amount_cents WHEN 'unsuccessful' THEN t.requested_cents END
           AS not_counted_cents,
       NULL::bigint AS applied_cents, NULL::bigint AS disbursed_cents, NULL::bigint AS patient_id,
       NULL::bigint AS facility_id, NULL::bigint AS provider_id, NULL::bigint AS billing_provider_id,
       NULL::bigint AS referring_provider_id, NULL::boolean AS is_hidden, NULL::varchar AS patient_name,
       NULL::varchar AS facility_name, NULL::varchar AS provider_name, NULL::varchar AS service_id,
       NULL::date AS service_date, NULL::varchar AS description
FROM receipts_receipt r
JOIN batches_referencebatch b ON b.id = r.batch_id
JOIN receipts_transaction t ON t.receipt_id = r.number
LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
CROSS JOIN LATERAL (
    SELECT CASE WHEN v.id IS NOT NULL THEN 'voided' WHEN r.status = 'unsuccessful' THEN 'unsuccessful' ELSE r.kind END
        AS type
) kinds;
