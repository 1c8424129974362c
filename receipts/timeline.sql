-- All that became of an account, newest first, a page of it: what each row is, and the facts that are said of it. Days
-- are midnights of the practice's. A page begins after a moment, kind and key: what comes in meanwhile moves nothing.
-- What is confidential is there for who may see it alone. A change in nothing that is told of is no event; what changed of
-- one visit at one time, in it or in its services, is one.
WITH entry AS (
    SELECT min(l.service_date)::timestamp AT TIME ZONE %(time_zone)s AS moment, 'visit' AS kind, e.id AS key,
           NULL::uuid AS context
    FROM accounts_patient p
    JOIN accounts_encounter e ON e.patient_id = p.id
    JOIN accounts_serviceline l ON l.encounter_id = e.id
    WHERE p.guarantor_id = %(guarantor)s AND (%(sees)s OR NOT (e.is_confidential OR p.is_confidential))
    GROUP BY e.id
    UNION ALL
    SELECT statement_date::timestamp AT TIME ZONE %(time_zone)s, 'statement', id, NULL
    FROM accounts_statement WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT received_at, 'receipt', number, NULL FROM receipts_receipt WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT p.posted_at, 'credit', p.id, NULL
    FROM receipts_receipt r JOIN receipts_posting p ON p.receipt_id = r.number
    WHERE r.guarantor_id = %(guarantor)s AND p.posted_at <> r.issued_at
    UNION ALL
    SELECT d.disbursed_at, 'disbursed', d.id, NULL
    FROM receipts_receipt r JOIN receipts_disbursement d ON d.receipt_id = r.number
    WHERE r.guarantor_id = %(guarantor)s
    UNION ALL
    SELECT queued_at, 'mail', id, NULL FROM notifications_message WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT written_at, 'note', id, NULL FROM accounts_guarantornote WHERE guarantor_id = %(guarantor)s
    UNION ALL
    SELECT after.pgh_created_at, 'change', after.pgh_id, after.pgh_context_id
    FROM accounts_guarantorevent after
    LEFT JOIN LATERAL (
        SELECT b.* FROM accounts_guarantorevent b
        WHERE b.pgh_obj_id = after.pgh_obj_id AND b.pgh_id < after.pgh_id ORDER BY b.pgh_id DESC LIMIT 1
    ) before ON true
    WHERE after.pgh_obj_id = %(guarantor)s AND after.pgh_label <> 'found'
      AND to_jsonb(after) - %(untold)s::text[] IS DISTINCT FROM to_jsonb(before) - %(untold)s::text[]
    UNION ALL
    SELECT after.pgh_created_at, 'patient', after.pgh_id, after.pgh_context_id
    FROM accounts_patientevent after
    JOIN accounts_patient p ON p.id = after.pgh_obj_id
    LEFT JOIN LATERAL (
        SELECT b.* FROM accounts_patientevent b
        WHERE b.pgh_obj_id = after.pgh_obj_id AND b.pgh_id < after.pgh_id ORDER BY b.pgh_id DESC LIMIT 1
    ) before ON true
    WHERE after.pgh_obj_id IN (SELECT pgh_obj_id FROM accounts_patientevent WHERE guarantor_id = %(guarantor)s)
      AND %(guarantor)s IN (after.guarantor_id, before.guarantor_id) AND after.pgh_label <> 'found'
      AND (%(sees)s OR NOT p.is_confidential)
      AND to_jsonb(after) - %(untold)s::text[] IS DISTINCT FROM to_jsonb(before) - %(untold)s::text[]
    UNION ALL
    SELECT step.moment, 'correction', e.id, (array_agg(step.context))[1]
    FROM accounts_patient p
    JOIN accounts_encounter e ON e.patient_id = p.id
    JOIN LATERAL (
        SELECT after.pgh_created_at AS moment, after.pgh_context_id AS context
        FROM accounts_encounterevent after
        JOIN LATERAL (
            SELECT b.* FROM accounts_encounterevent b
            WHERE b.pgh_obj_id = after.pgh_obj_id AND b.pgh_id < after.pgh_id ORDER BY b.pgh_id DESC LIMIT 1
        ) before ON true
        WHERE after.pgh_obj_id = e.id
          AND to_jsonb(after) - %(untold)s::text[] <> to_jsonb(before) - %(untold)s::text[]
        UNION ALL
        SELECT after.pgh_created_at, after.pgh_context_id
        FROM accounts_serviceline l
        JOIN accounts_servicelineevent after ON after.pgh_obj_id = l.id
        JOIN LATERAL (
            SELECT b.* FROM accounts_servicelineevent b
            WHERE b.pgh_obj_id = after.pgh_obj_id AND b.pgh_id < after.pgh_id ORDER BY b.pgh_id DESC LIMIT 1
        ) before ON true
        WHERE l.encounter_id = e.id
          AND to_jsonb(after) - %(untold)s::text[] <> to_jsonb(before) - %(untold)s::text[]
    ) step ON true
    WHERE p.guarantor_id = %(guarantor)s AND (%(sees)s OR NOT (e.is_confidential OR p.is_confidential))
    GROUP BY step.moment, e.id
), page AS (
    SELECT * FROM entry
    WHERE kind = ANY(%(kinds)s)
      AND (%(moment)s::timestamptz IS NULL OR (moment, kind, key) < (%(moment)s, %(kind)s, %(key)s))
    ORDER BY moment DESC, kind DESC, key DESC LIMIT %(limit)s
)
SELECT moment, kind, key, (CASE kind
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
            'key', after.pgh_obj_id,
            'after', to_jsonb(after) - %(untold)s::text[] || jsonb_build_object(
                'group', (SELECT name FROM practice_group WHERE id = after.group_id)),
            'before', (
                SELECT to_jsonb(b) - %(untold)s::text[] || jsonb_build_object(
                    'group', (SELECT name FROM practice_group WHERE id = b.group_id))
                FROM accounts_guarantorevent b WHERE b.pgh_obj_id = after.pgh_obj_id AND b.pgh_id < after.pgh_id
                ORDER BY b.pgh_id DESC LIMIT 1))
        FROM accounts_guarantorevent after WHERE after.pgh_id = page.key)
    WHEN 'patient' THEN (
        SELECT jsonb_build_object(
            'key', after.pgh_obj_id,
            'after', to_jsonb(after) - %(untold)s::text[] || jsonb_build_object('guarantor', (
                SELECT name || ' (' || account_number || ')' FROM accounts_guarantor WHERE id = after.guarantor_id)),
            'before', (
                SELECT to_jsonb(b) - %(untold)s::text[] || jsonb_build_object('guarantor', (
                    SELECT name || ' (' || account_number || ')' FROM accounts_guarantor WHERE id = b.guarantor_id))
                FROM accounts_patientevent b WHERE b.pgh_obj_id = after.pgh_obj_id AND b.pgh_id < after.pgh_id
                ORDER BY b.pgh_id DESC LIMIT 1))
        FROM accounts_patientevent after WHERE after.pgh_id = page.key)
    WHEN 'correction' THEN (
        SELECT jsonb_build_object('number', e.number, 'patient', p.name, 'steps', (
            SELECT jsonb_agg(jsonb_build_object('service', service, 'after', after, 'before', before) ORDER BY line, key)
            FROM (
                SELECT 0 AS line, NULL AS service, a.pgh_id AS key, to_jsonb(a) - %(untold)s::text[] || jsonb_build_object(
                    'patient', (SELECT CASE WHEN %(sees)s OR NOT is_confidential THEN name ELSE 'Confidential' END
                                FROM accounts_patient WHERE id = a.patient_id),
                    'provider', (SELECT name FROM practice_provider WHERE id = a.provider_id),
                    'billing_provider', (SELECT name FROM practice_provider WHERE id = a.billing_provider_id),
                    'referring_provider', (SELECT name FROM practice_provider WHERE id = a.referring_provider_id),
                    'facility', (SELECT name FROM practice_facility WHERE id = a.facility_id)) AS after, (
                    SELECT to_jsonb(b) - %(untold)s::text[] || jsonb_build_object(
                    'patient', (SELECT CASE WHEN %(sees)s OR NOT is_confidential THEN name ELSE 'Confidential' END
                                FROM accounts_patient WHERE id = b.patient_id),
                    'provider', (SELECT name FROM practice_provider WHERE id = b.provider_id),
                    'billing_provider', (SELECT name FROM practice_provider WHERE id = b.billing_provider_id),
                    'referring_provider', (SELECT name FROM practice_provider WHERE id = b.referring_provider_id),
                    'facility', (SELECT name FROM practice_facility WHERE id = b.facility_id)) FROM accounts_encounterevent b
                    WHERE b.pgh_obj_id = a.pgh_obj_id AND b.pgh_id < a.pgh_id ORDER BY b.pgh_id DESC LIMIT 1) AS before
                FROM accounts_encounterevent a WHERE a.pgh_obj_id = e.id AND a.pgh_created_at = page.moment
                UNION ALL
                SELECT l.line_number, l.description, a.pgh_id, to_jsonb(a) - %(untold)s::text[], (
                    SELECT to_jsonb(b) - %(untold)s::text[] FROM accounts_servicelineevent b
                    WHERE b.pgh_obj_id = a.pgh_obj_id AND b.pgh_id < a.pgh_id ORDER BY b.pgh_id DESC LIMIT 1)
                FROM accounts_serviceline l JOIN accounts_servicelineevent a ON a.pgh_obj_id = l.id
                WHERE l.encounter_id = e.id AND a.pgh_created_at = page.moment
            ) step WHERE before IS NOT NULL))
        FROM accounts_encounter e JOIN accounts_patient p ON p.id = e.patient_id WHERE e.id = page.key)
    END) || coalesce((
        SELECT jsonb_build_object(
            'reason', c.metadata ->> 'reason',
            'by', (SELECT coalesce(nullif(u.name, ''), u.email) FROM access_user u
                   WHERE u.id = (c.metadata ->> 'user')::bigint))
        FROM pghistory_context c WHERE c.id = page.context), '{}') AS facts
FROM page ORDER BY moment DESC, kind DESC, key DESC
