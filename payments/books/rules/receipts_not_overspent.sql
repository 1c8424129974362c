-- No more of a receipt is applied, disbursed and refunded than was received; of a voided one nothing is.
-- Receipt {receipt}: of {amount_cents} received, {posted_cents} are applied,
-- {disbursed_cents} disbursed, {refunded_cents} refunded.
WITH spent AS (:spent)
SELECT receipt, amount_cents, posted_cents, disbursed_cents, refunded_cents
FROM spent
WHERE posted_cents < 0 OR disbursed_cents < 0 OR posted_cents + disbursed_cents + refunded_cents > amount_cents
