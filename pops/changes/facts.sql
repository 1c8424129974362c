-- Finds what was committed and is not in the feed yet, and appends it there. A row of each table that tells of something,
-- beyond the mark of that table; pops.changes.sequencing gives the marks and holds the sequencer's lock.
--
-- Each branch: what it is, the row that tells of it, whose story it belongs to, the batch, and how it stands in the story
-- of its own receipt or batch (chain, link). `moment` is the row's transaction; a larger one came later. `rank` orders what
-- one transaction did.
--
-- The order of those found together: by transaction, but nothing comes before what it follows in its chain, and a batch is
-- opened before the receipts in it. A transaction that waited for another may have the smaller number of the two.
INSERT INTO changes_change (type, source_id, about, at, data)
SELECT type, source_id, about, at, data
FROM (
    SELECT found.*,
           CASE WHEN type = 'batch.opened' THEN min(moment) OVER (PARTITION BY batch)
                ELSE max(moment) OVER (PARTITION BY chain ORDER BY link, rank ROWS UNBOUNDED PRECEDING) END AS place
    FROM (
        SELECT CASE kind WHEN 'refund' THEN 'receipt.refunded' WHEN 'returned' THEN 'receipt.returned'
                         ELSE 'receipt.created' END AS type,
               number AS source_id, 'receipt ' || coalesce(refund_of_id, number) AS about, batch_id AS batch,
               'receipt ' || number AS chain, 0 AS link, 1 AS rank, -age(xmin) AS moment, issued_at AS at,
               jsonb_build_object(
                   'receipt', number, 'kind', kind, 'status', status, 'channel', channel, 'refund_of', refund_of_id,
                   'amount_cents', amount_cents, 'currency', 'usd', 'received_on', received_on, 'batch', batch_id,
                   'account_number', account_number) AS data
        FROM receipts_receipt WHERE number > %(receipts)s
        UNION ALL
        SELECT 'receipt.moved', m.id, 'receipt ' || coalesce(r.refund_of_id, r.number), m.to_batch_id,
               'receipt ' || r.number, 0, 2, -age(m.xmin), m.moved_at,
               jsonb_build_object('receipt', r.number, 'from_batch', m.from_batch_id, 'batch', m.to_batch_id,
                                  'account_number', r.account_number)
        FROM receipts_receiptmove m JOIN receipts_receipt r ON r.number = m.receipt_id WHERE m.id > %(moves)s
        UNION ALL
        SELECT 'receipt.voided', v.id, 'receipt ' || coalesce(r.refund_of_id, r.number), r.batch_id,
               'receipt ' || r.number, 0, 3, -age(v.xmin), v.voided_at,
               jsonb_build_object('receipt', r.number, 'kind', r.kind, 'refund_of', r.refund_of_id,
                                  'amount_cents', r.amount_cents, 'currency', 'usd', 'batch', r.batch_id,
                                  'account_number', r.account_number)
        FROM receipts_receiptvoid v JOIN receipts_receipt r ON r.number = v.receipt_id WHERE v.id > %(voids)s
        UNION ALL
        SELECT 'batch.opened', id, 'batch ' || id, id, 'batch ' || id, 0, 0, -age(xmin), opened_at,
               jsonb_build_object('batch', id, 'batch_date', batch_date, 'is_online', is_api, 'supplement', supplement)
        FROM batches_referencebatch WHERE id > %(batches)s
        UNION ALL
        -- Closes and reopenings of a batch take turns: the second close follows the first reopening.
        SELECT 'batch.closed', c.id, 'batch ' || c.batch_id, c.batch_id, 'batch ' || c.batch_id,
               2 * (SELECT count(*) FROM batches_batchclose o WHERE o.batch_id = c.batch_id AND o.id <= c.id)::int,
               4, -age(c.xmin), c.closed_at,
               jsonb_build_object('batch', c.batch_id, 'batch_date', b.batch_date, 'total_cents', c.total_cents,
                                  'currency', 'usd', 'receipt_count', c.receipt_count)
        FROM batches_batchclose c JOIN batches_referencebatch b ON b.id = c.batch_id WHERE c.id > %(closes)s
        UNION ALL
        SELECT 'batch.reopened', o.id, 'batch ' || o.batch_id, o.batch_id, 'batch ' || o.batch_id,
               1 + 2 * (SELECT count(*) FROM batches_batchreopening p WHERE p.batch_id = o.batch_id AND p.id <= o.id)::int,
               4, -age(o.xmin), o.reopened_at,
               jsonb_build_object('batch', o.batch_id, 'batch_date', b.batch_date)
        FROM batches_batchreopening o JOIN batches_referencebatch b ON b.id = o.batch_id WHERE o.id > %(reopenings)s
        UNION ALL
        SELECT 'payment.review', e.pgh_id, 'payment ' || p.id, NULL, 'review ' || e.pgh_id, 0, 4, -age(e.xmin),
               e.pgh_created_at,
               jsonb_build_object('payment', p.id, 'amount_cents', p.amount_cents, 'currency', p.currency,
                                  'account_number', g.account_number)
        FROM payments_paymentevent e JOIN payments_payment p ON p.id = e.pgh_obj_id
        JOIN accounts_guarantor g ON g.id = p.guarantor_id
        WHERE e.pgh_id > %(reviews)s AND e.state = 'review' AND e.reviewed_at IS NULL
        UNION ALL
        SELECT 'account.merged', m.id, 'account ' || m.into_id, NULL, 'merge ' || m.id, 0, 4, -age(m.xmin), m.merged_at,
               jsonb_build_object('account_number', a.account_number, 'into', b.account_number)
        FROM accounts_guarantormerge m JOIN accounts_guarantor a ON a.id = m.merged_id
        JOIN accounts_guarantor b ON b.id = m.into_id WHERE m.id > %(merges)s
        UNION ALL
        -- An account's history has a row for each change of it: of those, what is the guarantor's to say.
        SELECT 'account.changed', e.pgh_id, 'account ' || e.pgh_obj_id, NULL, 'account ' || e.pgh_id, 0, 5, -age(e.xmin),
               e.pgh_created_at, jsonb_build_object('account_number', e.account_number, 'fields', changed.fields)
        FROM accounts_guarantorevent e
        CROSS JOIN LATERAL (
            SELECT * FROM accounts_guarantorevent p
            WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id ORDER BY p.pgh_id DESC LIMIT 1
        ) before
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(name ORDER BY name) AS fields FROM (VALUES
                ('account_number', before.account_number IS DISTINCT FROM e.account_number),
                ('preferred_name', before.preferred_name IS DISTINCT FROM e.preferred_name),
                ('email', before.email IS DISTINCT FROM e.email),
                ('email_opt_out', before.email_opt_out IS DISTINCT FROM e.email_opt_out),
                ('phone', before.phone IS DISTINCT FROM e.phone),
                ('notices_by', before.notices_by IS DISTINCT FROM e.notices_by),
                ('language', before.language IS DISTINCT FROM e.language)
            ) field (name, differs) WHERE differs
        ) changed
        WHERE e.pgh_id > %(accounts)s AND e.pgh_label = 'update' AND changed.fields IS NOT NULL
        UNION ALL
        -- Undoing a merge changes its row, so the row of history that it leaves is what tells of it.
        SELECT 'account.unmerged', e.pgh_id, 'account ' || m.into_id, NULL, 'account ' || e.pgh_id, 0, 4, -age(e.xmin),
               e.pgh_created_at, jsonb_build_object('account_number', a.account_number, 'from', b.account_number)
        FROM accounts_guarantorevent e
        CROSS JOIN LATERAL (
            SELECT is_retired FROM accounts_guarantorevent p
            WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id ORDER BY p.pgh_id DESC LIMIT 1
        ) before
        JOIN accounts_guarantormerge m ON m.merged_id = e.pgh_obj_id AND m.undone_at IS NOT NULL
        JOIN accounts_guarantor a ON a.id = m.merged_id JOIN accounts_guarantor b ON b.id = m.into_id
        WHERE e.pgh_id > %(accounts)s AND e.pgh_label = 'update' AND before.is_retired AND NOT e.is_retired
          AND NOT EXISTS (SELECT FROM accounts_guarantormerge n WHERE n.merged_id = m.merged_id
                          AND n.undone_at IS NOT NULL AND n.id > m.id)
    ) found
    WHERE NOT EXISTS (
        SELECT FROM changes_change known WHERE known.type = found.type AND known.source_id = found.source_id
    )
) placed
ORDER BY place, rank, link, source_id
