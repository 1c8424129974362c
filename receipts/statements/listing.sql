-- The statements of a guarantor, the latest due date first, with what is left to pay of what each showed. It showed what it and
-- all before it were the first to show: of the latest one, Amount Due is left. What came over with a patient stood on another
-- guarantor's statement: it counts from its day on, from the latest statement at the latest. In cents.
WITH own AS (
    SELECT l.statement_id, sum(o.payable_cents) AS payable, count(*) AS lines,
           sum(greatest(o.remaining_cents, 0)) FILTER (WHERE o.in_collections) AS collections
    FROM receipts_owed o JOIN accounts_serviceline l ON l.id = o.line_id
    WHERE o.guarantor_id = %(guarantor)s AND l.statement_id IS NOT NULL GROUP BY l.statement_id
), told AS (
    SELECT s.id, s.guarantor_id, s.number, s.statement_date, coalesce(s.due_date, s.statement_date) AS due_on, s.balance_cents,
           coalesce(sum(own.payable) OVER earlier, 0)::bigint AS left_cents,
           coalesce(sum(own.collections) OVER earlier, 0)::bigint AS collections_cents,
           coalesce(sum(own.lines) OVER earlier, 0)::bigint AS lines
    FROM accounts_statement s LEFT JOIN own ON own.statement_id = s.id
    WHERE s.guarantor_id = %(guarantor)s OR own.statement_id IS NOT NULL
    WINDOW earlier AS (ORDER BY CASE WHEN s.guarantor_id = %(guarantor)s THEN s.statement_date
        ELSE least(s.statement_date, (SELECT max(statement_date) FROM accounts_statement WHERE guarantor_id = %(guarantor)s)) END,
        s.guarantor_id = %(guarantor)s, s.id)
), place AS (
    SELECT due_on, id FROM told WHERE id = coalesce(%(before)s::bigint, %(after)s::bigint)
)
SELECT id, number, statement_date, due_on, balance_cents, left_cents, collections_cents, lines
FROM told
WHERE guarantor_id = %(guarantor)s
  AND (%(only)s::bigint IS NULL OR id = %(only)s)
  AND (NOT %(hide_paid)s OR left_cents > 0)
  AND (%(before)s::bigint IS NULL OR (due_on, id) < (SELECT due_on, id FROM place))
  AND (%(after)s::bigint IS NULL OR (due_on, id) > (SELECT due_on, id FROM place))
ORDER BY CASE WHEN %(after)s::bigint IS NULL THEN NULL ELSE due_on END, CASE WHEN %(after)s::bigint IS NULL THEN NULL ELSE id END,
         due_on DESC, id DESC
LIMIT %(limit)s
