-- Each receipt stands in a batch of its date: online ones in API Payments, the desk's in one of the desk's.
-- Receipt {receipt} ({channel}, {received_on}): its batch {batch} is of {batch_date} and {kept_by}.
SELECT r.number AS receipt, r.channel, r.received_on, b.id AS batch, b.batch_date,
       CASE WHEN b.is_api THEN 'API Payments' ELSE 'the desk''s' END AS kept_by
FROM receipts_receipt r JOIN batches_referencebatch b ON b.id = r.batch_id
WHERE b.batch_date <> r.received_on OR b.is_api <> (r.channel = 'online')
