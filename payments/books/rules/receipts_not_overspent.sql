-- No more of a receipt is applied, disbursed and refunded than was received; of a voided one nothing is.
-- Receipt {receipt}: of {amount_cents} received, {posted_cents} are applied,
-- {disbursed_cents} disbursed, {refunded_cents} refunded.
WITH spent AS (:spent), money AS (
    SELECT spent.*, CASE WHEN v.id IS NULL THEN r.amount_cents ELSE 0 END AS amount_cents
    FROM spent JOIN receipts_receipt r ON r.number = spent.owner
    LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
)
SELECT owner AS receipt, amount_cents, posted_cents, disbursed_cents, refunded_cents
FROM money
WHERE posted_cents < 0 OR posted_cents + disbursed_cents + refunded_cents > amount_cents
