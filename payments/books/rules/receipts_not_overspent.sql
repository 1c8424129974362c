-- No more of a receipt is applied, disbursed and refunded than was received; of a voided one nothing is.
-- Receipt {receipt}: of {amount_cents} received, {posted_cents} are applied,
-- {disbursed_cents} disbursed, {refunded_cents} refunded.
-- (Where the bank took back what had been refunded before, services owe more than was applied to them: never more than
-- the bank took.)
WITH spent AS (:spent)
SELECT receipt, amount_cents, posted_cents, disbursed_cents, refunded_cents
FROM spent
WHERE posted_cents < -returned_cents OR disbursed_cents < 0 OR posted_cents + disbursed_cents + refunded_cents > amount_cents
