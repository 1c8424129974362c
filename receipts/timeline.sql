-- All that became of an account, newest first, a page of it: what each row is, and the facts that are said of it. Days
-- are midnights of the practice's. A page begins after a moment, kind and key: what comes in meanwhile moves nothing.
-- What is confidential is there for who may see it alone.
WITH entry AS (
    SELECT min(l.service_date)::timestamp AT TIME ZONE %(time_zone)s AS moment, 'visit' AS kind, e.id AS key
    FROM accounts_patient p
    JOIN accounts_encounter e ON e.patient_id = p.id
    JOIN accounts_serviceline l ON l.encounter_id = e.id
    WHERE p.guarantor_id = %(guarantor)s AND (%(sees)s OR NOT (e.is_confidential OR p.is_confidential))
    GROUP BY e.id
    UNION ALL
    SELECT statement_date::timestamp AT TIME ZONE %(time_zone)s, 'statement', id
    FROM accounts_statement WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT received_at, 'receipt', number FROM receipts_receipt WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT p.posted_at, 'credit', p.id
    FROM receipts_receipt r JOIN receipts_posting p ON p.receipt_id = r.number
    WHERE r.guarantor_id = %(guarantor)s AND p.posted_at <> r.issued_at
    UNION ALL
    SELECT d.disbursed_at, 'disbursed', d.id
    FROM receipts_receipt r JOIN receipts_disbursement d ON d.receipt_id = r.number
    WHERE r.guarantor_id = %(guarantor)s
    UNION ALL
    SELECT queued_at, 'mail', id FROM notifications_message WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT written_at, 'note', id FROM accounts_guarantornote WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT pgh_created_at, 'change', pgh_id FROM accounts_guarantorevent WHERE pgh_obj_id = %(guarantor)s
), page AS (
    SELECT * FROM entry
    WHERE kind = ANY(%(kinds)s)
      AND (%(moment)s::timestamptz IS NULL OR (moment, kind, key) < (%(moment)s, %(kind)s, %(key)s))
    ORDER BY moment DESC, kind DESC, key DESC LIMIT %(limit)s
)
SELECT moment, kind, key, CASE kind
    WHEN 'visit' THEN (
        SELECT jsonb_build_object(
            'number', e.number, 'patient', p.name, 'provider', v.name, 'facility', f.name, 'is_retired', e.is_retired,
            'lines', (
                SELECT jsonb_agg(jsonb_build_object('description', o.description, 'share', o.patient_paid_cents
                    + o.remaining_cents, 'paid', o.patient_paid_cents, 'remaining', o.remaining_cents)
                    ORDER BY o.line_number)
                FROM receipts_owed o JOIN accounts_serviceline l ON l.id = o.line_id WHERE l.encounter_id = e.id
            ))
        FROM accounts_encounter e JOIN accounts_patient p ON p.id = e.patient_id
        JOIN practice_provider v ON v.id = e.provider_id JOIN practice_facility f ON f.id = e.facility_id
        WHERE e.id = page.key)
    WHEN 'statement' THEN (
        SELECT jsonb_build_object('balance', balance_cents, 'due', coalesce(due_date, statement_date))
        FROM accounts_statement WHERE id = page.key)
    WHEN 'receipt' THEN (
        SELECT jsonb_build_object(
            'amount', r.amount_cents, 'kind', r.kind, 'status', r.status, 'batch', r.batch_id,
            'is_void', EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = r.number),
            'by', (SELECT name FROM access_user WHERE id = r.issued_by_id),
            'copay', (SELECT jsonb_build_object('date', c.visit_date, 'memo', c.memo, 'patient', p.name)
                      FROM receipts_copay c JOIN accounts_patient p ON p.id = c.patient_id
                      WHERE c.receipt_id = r.number AND (%(sees)s OR NOT p.is_confidential)),
            'ways', (SELECT jsonb_agg(jsonb_build_array(t.method, t.card_brand, t.card_last4, t.check_number)
                                      ORDER BY t.id)
                     FROM receipts_transaction t WHERE t.receipt_id = r.number))
        FROM receipts_receipt r WHERE r.number = page.key)
    WHEN 'credit' THEN (
        SELECT jsonb_build_object(
            'amount', p.amount_cents, 'receipt', p.receipt_id, 'by', (SELECT name FROM access_user WHERE id = p.posted_by_id),
            'service', CASE WHEN %(sees)s OR NOT (e.is_confidential OR a.is_confidential)
                       THEN p.description || ', ' || p.patient_name END)
        FROM receipts_posting p JOIN accounts_serviceline l ON l.id = p.line_id
        JOIN accounts_encounter e ON e.id = l.encounter_id JOIN accounts_patient a ON a.id = e.patient_id
        WHERE p.id = page.key)
    WHEN 'disbursed' THEN (
        SELECT jsonb_build_object('amount', amount_cents, 'receipt', receipt_id, 'reason', reason)
        FROM receipts_disbursement WHERE id = page.key)
    WHEN 'mail' THEN (
        SELECT jsonb_build_object('kind', kind, 'to', "to", 'state', state, 'about', about_id)
        FROM notifications_message WHERE id = page.key)
    WHEN 'note' THEN (
        SELECT jsonb_build_object('text', n.text, 'by', coalesce(nullif(u.name, ''), u.email))
        FROM accounts_guarantornote n JOIN access_user u ON u.id = n.written_by_id WHERE n.id = page.key)
    WHEN 'change' THEN (
        SELECT jsonb_build_object(
            'after', to_jsonb(after), 'before', (
                SELECT to_jsonb(before) FROM accounts_guarantorevent before
                WHERE before.pgh_obj_id = after.pgh_obj_id AND before.pgh_id < after.pgh_id
                ORDER BY before.pgh_id DESC LIMIT 1),
            'reason', c.metadata ->> 'reason',
            'by', (SELECT coalesce(nullif(u.name, ''), u.email) FROM access_user u
                   WHERE u.id = (c.metadata ->> 'user')::bigint))
        FROM accounts_guarantorevent after LEFT JOIN pghistory_context c ON c.id = after.pgh_context_id
        WHERE after.pgh_id = page.key)
    END AS facts
FROM page ORDER BY moment DESC, kind DESC, key DESC
