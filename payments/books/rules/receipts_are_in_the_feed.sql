-- Each receipt that the change feed has passed is in it, once, and no other is.
-- Receipt {receipt}: {problem}.
SELECT coalesce(r.number, c.source_id) AS receipt,
       CASE WHEN c.position IS NULL THEN 'the feed passed it over' ELSE 'the feed tells of it, and it is not there' END
           AS problem
FROM (
    SELECT number FROM receipts_receipt
    WHERE number <= (SELECT done_through FROM changes_mark WHERE source = 'receipts')
) r
FULL JOIN (
    SELECT position, source_id FROM changes_change WHERE type IN ('receipt.created', 'receipt.refunded', 'receipt.returned')
) c ON c.source_id = r.number
WHERE r.number IS NULL AND NOT EXISTS (SELECT FROM receipts_receipt o WHERE o.number = c.source_id)
   OR c.position IS NULL
