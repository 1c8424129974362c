-- What waits to be worked off: how much of each kind, and since when the oldest does. Receipts without a PDF, or not
-- in the change feed, are looked for among the `recent` ones issued last; NULL looks through all.
SELECT 'events' AS name, count(*) AS waiting, min(received_at) AS oldest
FROM payments_processorevent WHERE state = 'received'
UNION ALL
-- Asked about at Stripe every few minutes until they are settled: they wait since they were last asked about.
SELECT 'payments', count(*), min(coalesce(checked_at, started_at))
FROM payments_payment WHERE state IN ('started', 'processing')
UNION ALL
SELECT 'refunds', count(*), min(coalesce(checked_at, requested_at))
FROM payments_refund WHERE state IN ('requested', 'pending')
UNION ALL
SELECT 'codes', count(*), min(queued_at)
FROM notifications_message WHERE state IN ('queued', 'sending') AND lane = 'urgent'
UNION ALL
SELECT 'mails', count(*), min(queued_at)
FROM notifications_message WHERE state IN ('queued', 'sending') AND lane = 'mail'
UNION ALL
SELECT 'documents', count(*), min(r.issued_at)
FROM (SELECT number, issued_at FROM receipts_receipt ORDER BY number DESC LIMIT %(recent)s) r
WHERE NOT EXISTS (SELECT FROM receipts_receiptdocument d WHERE d.receipt_id = r.number)
  AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number)
UNION ALL
SELECT 'changes', count(*), min(r.issued_at)
FROM (SELECT number, issued_at FROM receipts_receipt ORDER BY number DESC LIMIT %(recent)s) r
WHERE r.number > coalesce((SELECT done_through FROM changes_mark WHERE source = 'receipts'), 0)
  AND NOT EXISTS (SELECT FROM changes_change c
                  WHERE c.type IN ('receipt.created', 'receipt.refunded') AND c.source_id = r.number)
UNION ALL
SELECT 'closes', count(*), min(c.closed_at)
FROM batches_batchclose c WHERE NOT EXISTS (SELECT FROM batches_batchdocument d WHERE d.close_id = c.id)
