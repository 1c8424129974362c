-- What came of the payments of a portal session: the best of them, as payments.outcomes.Outcome names it. A row a
-- session, with what reports ask of it: joined to it once more they would look up each session a second time. The
-- payments of one session are looked up once, however often its outcome is asked in a statement.
CREATE VIEW payments_sessionoutcome AS
SELECT s.id AS session_id,
       CASE best.rank WHEN 1 THEN 'paid' WHEN 2 THEN 'unclear' WHEN 3 THEN 'unsuccessful' WHEN 4 THEN 'begun'
           ELSE 'none' END AS outcome,
       s.started_at, s.ended_at, s.origin, s.authentication, s.is_mirror, s.group_id, s.guarantor_id
FROM portal_sessions_portalsession s
LEFT JOIN LATERAL (
    SELECT min(CASE p.state WHEN 'paid' THEN 1 WHEN 'processing' THEN 2 WHEN 'review' THEN 2 WHEN 'unsuccessful' THEN 3
        WHEN 'returned' THEN 3 ELSE 4 END) AS rank
    FROM payments_payment p WHERE p.session_id = s.id
) best ON true;
