-- Each deposit is what was counted at the closes of its batches: cash with what was dropped, less what stayed, and checks.
-- Deposit {deposit}: {told_cents} were brought to the bank, the closes make {made_cents}.
WITH made AS (
    SELECT part.deposit_id,
           sum(t.cents)::bigint + (
               SELECT coalesce(sum(c.dropped_cents - c.float_left_cents), 0)::bigint
               FROM batches_depositbatch p JOIN batches_batchclose c ON c.id = p.close_id
               WHERE p.deposit_id = part.deposit_id
           ) AS cents
    FROM batches_depositbatch part
    JOIN batches_batchclose c ON c.id = part.close_id
    JOIN batches_batchcounttender t ON t.count_id = c.count_id AND t.tender IN ('cash', 'check')
    GROUP BY part.deposit_id
)
SELECT d.id AS deposit, d.cash_cents + d.check_cents AS told_cents, coalesce(made.cents, 0) AS made_cents
FROM batches_deposit d LEFT JOIN made ON made.deposit_id = d.id
WHERE d.cash_cents + d.check_cents <> coalesce(made.cents, 0)
