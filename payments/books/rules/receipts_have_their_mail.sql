-- Each receipt for money has one message in the outbox, be it to say why none is sent; no other receipt has one.
-- Receipt {receipt}: {problem}.
SELECT coalesce(r.number, m.about_id) AS receipt,
       CASE WHEN m.id IS NULL THEN 'it has no message'
            WHEN r.number IS NULL THEN 'it has a message and should have none'
            ELSE 'its message is another guarantor''s' END AS problem
FROM (
    SELECT number, guarantor_id FROM receipts_receipt WHERE status = 'paid' AND kind = ANY(%(mailed)s::text[])
) r
FULL JOIN (
    SELECT id, about_id, guarantor_id FROM notifications_message WHERE kind = %(mail)s AND copy_of_id IS NULL
) m ON m.about_id = r.number
WHERE m.id IS NULL OR r.number IS NULL OR m.guarantor_id IS DISTINCT FROM r.guarantor_id
