-- Writes down who is due for a notice and puts their messages into the outbox, in one statement. Of a group's days after a
-- statement the latest that has come counts, unless it is long past: when notices are switched on, nobody is told of old
-- statements. What is due is what the group's options show (receipts/visible.py), nobody is told who is paying or was told
-- today, and who answered STOP gets none at all.
WITH latest AS (
    SELECT DISTINCT ON (guarantor_id) guarantor_id, id AS statement_id, statement_date
    FROM accounts_statement WHERE statement_date > %(today)s::date - %(oldest)s
    ORDER BY guarantor_id, statement_date DESC, id DESC
), step AS (
    SELECT latest.guarantor_id, latest.statement_id, told.days, o.text_notices, o.include_new_charges
    FROM latest JOIN accounts_guarantor g ON g.id = latest.guarantor_id JOIN practice_group o ON o.id = g.group_id
    CROSS JOIN LATERAL (
        SELECT max(days) AS days FROM unnest(string_to_array(o.notice_days, ',')::int[]) days
        WHERE latest.statement_date + days <= %(today)s::date
    ) told
    WHERE latest.statement_date + told.days > %(today)s::date - %(grace)s AND NOT g.is_retired AND NOT g.is_trial
      AND NOT EXISTS (SELECT FROM balance_notices_balancenotice n
                      WHERE n.statement_id = latest.statement_id AND n.days = told.days)
), way AS (
    SELECT step.*, CASE WHEN g.notices_by = 'text' THEN 'text' ELSE 'email' END AS channel,
           CASE WHEN g.notices_by = 'text' THEN coalesce(consent.number, '') ELSE g.email END AS target
    FROM step JOIN accounts_guarantor g ON g.id = step.guarantor_id
    LEFT JOIN LATERAL (
        SELECT number FROM balance_notices_textconsent c
        WHERE c.guarantor_id = g.id AND c.phone = g.phone AND g.phone_confirmed_at IS NOT NULL
        ORDER BY c.id DESC LIMIT 1
    ) consent ON g.notices_by = 'text'
    WHERE CASE g.notices_by WHEN 'paper' THEN false WHEN 'text' THEN %(texts)s AND step.text_notices
                            WHEN '' THEN NOT g.email_opt_out ELSE true END
), owing AS (
    SELECT way.guarantor_id
    FROM way JOIN receipts_owed owed ON owed.guarantor_id = way.guarantor_id
    JOIN accounts_serviceline line ON line.id = owed.line_id
    WHERE owed.payable_cents > 0 AND (way.include_new_charges OR line.statement_id IS NOT NULL)
    GROUP BY way.guarantor_id
), wanted AS (
    SELECT way.* FROM way JOIN owing USING (guarantor_id)
    WHERE target <> ''
      AND NOT EXISTS (SELECT FROM notifications_textstop s
                      WHERE way.channel = 'text' AND s.number = way.target AND s.ended_at IS NULL)
      AND NOT EXISTS (SELECT FROM payments_payment p
                      WHERE p.guarantor_id = way.guarantor_id AND p.state IN ('started', 'processing', 'review'))
      AND NOT EXISTS (SELECT FROM balance_notices_balancenotice n
                      WHERE n.guarantor_id = way.guarantor_id AND n.made_at > %(now)s::timestamptz - interval '20 hours')
), noted AS (
    INSERT INTO balance_notices_balancenotice (guarantor_id, statement_id, days, channel, made_at)
    SELECT guarantor_id, statement_id, days, channel, %(now)s FROM wanted
    ON CONFLICT DO NOTHING RETURNING id, guarantor_id, channel
), posted AS (
    INSERT INTO notifications_message (kind, about_id, guarantor_id, channel, "to", state, message_id)
    SELECT %(kind)s, noted.id, noted.guarantor_id, noted.channel, wanted.target, 'queued',
           '<' || gen_random_uuid() || '@' || %(domain)s || '>'
    FROM noted JOIN wanted USING (guarantor_id)
    RETURNING channel
)
SELECT channel, count(*) FROM posted GROUP BY channel
