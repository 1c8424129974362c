-- Nothing was applied to a service beyond what it could take at that moment; the rest is credit.
-- Service {service} was left with {remaining_cents} when {amount_cents} of receipt {receipt} were applied to it.
-- (When insurance pays after the patient, a service is overpaid, and nobody applied too much.)
-- (Nor by what returned to it when the return of a check was voided, or a refund before it: until then it stood below zero
-- there.)
SELECT service_id AS service, remaining_cents, amount_cents, receipt_id AS receipt
FROM receipts_posting p
WHERE amount_cents > 0 AND remaining_cents < 0
  AND NOT EXISTS (SELECT FROM receipts_receipt r
                  WHERE r.number = p.receipt_id AND (r.kind = 'returned' OR r.kind = 'refund' AND EXISTS (
                      SELECT FROM receipts_receipt o WHERE o.refund_of_id = r.refund_of_id AND o.kind = 'returned')))
