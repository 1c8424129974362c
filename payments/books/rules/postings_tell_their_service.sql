-- Each posting says how its service stood right after: what the patient had paid by then, and what remained.
-- Posting {posting} of receipt {receipt} to service {service}: it says {told_cents} paid and
-- {remaining_cents} remaining; it was {paid_cents} and {left_cents}.
-- (Postings to one service follow each other in the order of their ids: the guarantor's row is held meanwhile.)
WITH told AS (
    SELECT id, receipt_id, service_id, patient_paid_cents, remaining_cents,
           billed_cents - adjusted_cents - insurance_pending_cents - insurance_paid_cents AS share_cents,
           (sum(amount_cents) OVER (PARTITION BY line_id ORDER BY id))::bigint AS paid_cents
    FROM receipts_posting
)
SELECT id AS posting, receipt_id AS receipt, service_id AS service, patient_paid_cents AS told_cents, remaining_cents,
       paid_cents, share_cents - paid_cents AS left_cents
FROM told
WHERE (patient_paid_cents, remaining_cents) <> (paid_cents, share_cents - paid_cents)
