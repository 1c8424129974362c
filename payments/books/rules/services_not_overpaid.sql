-- Nothing was applied to a service beyond what it could take at that moment; the rest is credit.
-- Service {service} was left with {remaining_cents} when {amount_cents} of receipt {receipt} were applied to it.
-- (When insurance pays after the patient, a service is overpaid, and nobody applied too much.)
SELECT service_id AS service, remaining_cents, amount_cents, receipt_id AS receipt
FROM receipts_posting
WHERE amount_cents > 0 AND remaining_cents < 0
