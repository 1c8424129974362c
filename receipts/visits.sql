-- The visits of a guarantor as one row: what is owed in all, what visits can be chosen by, a page of them, those in collections.
-- A visit is in its place by `part` (0: something is open, 1: settled), then the latest first. `stated`: only what a statement
-- has shown. `collections`: those in collections too. One entered by mistake is none. Confidential ones are a sum alone.
WITH line AS MATERIALIZED (
    SELECT o.*, l.statement_id, e.is_confidential OR a.is_confidential AS is_hidden
    FROM receipts_owed o JOIN accounts_serviceline l ON l.id = o.line_id JOIN accounts_encounter e ON e.id = l.encounter_id
    JOIN accounts_patient a ON a.id = e.patient_id
    WHERE o.guarantor_id = %(guarantor)s AND NOT e.is_retired
), visit AS MATERIALIZED (
    SELECT encounter, patient_id, patient_name, provider_id, facility_id, in_collections,
           min(service_date) AS first_day, max(service_date) AS last_day, sum(greatest(remaining_cents, 0)) AS owed_cents,
           CASE WHEN sum(payable_cents) > 0 THEN 0 ELSE 1 END AS part,
           -(max(service_date) - DATE '2000-01-01') AS nth, -encounter AS key
    FROM line
    WHERE (statement_id IS NOT NULL OR NOT %(stated)s) AND (NOT in_collections OR %(collections)s) AND NOT is_hidden
    GROUP BY encounter, patient_id, patient_name, provider_id, facility_id, in_collections
), wanted AS (
    SELECT * FROM visit
    WHERE (%(patient)s::bigint IS NULL OR patient_id = %(patient)s)
      AND (%(provider)s::bigint IS NULL OR provider_id = %(provider)s)
      AND (%(facility)s::bigint IS NULL OR facility_id = %(facility)s)
      AND (%(first_day)s::date IS NULL OR last_day >= %(first_day)s::date)
      AND (%(last_day)s::date IS NULL OR first_day <= %(last_day)s::date)
), place AS (
    SELECT part, nth, key FROM visit WHERE encounter = coalesce(%(before)s::bigint, %(after)s::bigint)
), page AS (
    SELECT * FROM wanted
    WHERE NOT in_collections
      AND (%(before)s::bigint IS NULL OR (part, nth, key) > (SELECT part, nth, key FROM place))
      AND (%(after)s::bigint IS NULL OR (part, nth, key) < (SELECT part, nth, key FROM place))
    ORDER BY CASE WHEN %(after)s::bigint IS NULL THEN part ELSE -part END,
             CASE WHEN %(after)s::bigint IS NULL THEN nth ELSE -nth END,
             CASE WHEN %(after)s::bigint IS NULL THEN key ELSE -key END
    LIMIT %(limit)s
), shown AS (
    SELECT * FROM page UNION ALL SELECT * FROM (
        SELECT * FROM wanted WHERE in_collections AND %(before)s::bigint IS NULL AND %(after)s::bigint IS NULL
        ORDER BY nth, key LIMIT 100
    ) handed_over
), told AS (
    SELECT s.*, v.name AS provider, f.name AS facility, lines.*
    FROM shown s JOIN practice_provider v ON v.id = s.provider_id JOIN practice_facility f ON f.id = s.facility_id
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(description, procedure_code, service_date, line_number, billed_cents, adjusted_cents,
                                         insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
                        ORDER BY line_number) AS lines
        FROM line WHERE line.encounter = s.encounter AND (statement_id IS NOT NULL OR NOT %(stated)s)
    ) lines
)
SELECT (SELECT coalesce(sum(payable_cents), 0)::bigint FROM line),
       (SELECT coalesce(sum(payable_cents), 0)::bigint FROM line WHERE statement_id IS NOT NULL),
       (SELECT coalesce(sum(greatest(remaining_cents, 0)), 0)::bigint FROM line WHERE in_collections),
       (SELECT coalesce(sum(payable_cents), 0)::bigint FROM line
        WHERE is_hidden AND (statement_id IS NOT NULL OR NOT %(stated)s)),
       (SELECT coalesce(sum(greatest(remaining_cents, 0)), 0)::bigint FROM line
        WHERE is_hidden AND in_collections AND %(collections)s AND (statement_id IS NOT NULL OR NOT %(stated)s)),
       (SELECT json_agg(DISTINCT jsonb_build_array(patient_name, patient_id)) FROM visit),
       (SELECT json_agg(DISTINCT jsonb_build_array(v.name, v.id)) FROM visit JOIN practice_provider v ON v.id = provider_id),
       (SELECT json_agg(DISTINCT jsonb_build_array(f.name, f.id)) FROM visit JOIN practice_facility f ON f.id = facility_id),
       (SELECT json_agg(json_build_array(encounter, patient_name, provider, facility, in_collections, part, owed_cents, lines)
                        ORDER BY in_collections, part, nth, key) FROM told)
