-- What is kept as unapplied of a receipt is what is left of it: neither applied to a service, nor disbursed or refunded.
-- Receipt {receipt}: {kept_cents} are kept as unapplied, {left_cents} are left of it.
WITH spent AS (:spent)
SELECT coalesce(s.receipt, u.receipt_id) AS receipt, coalesce(u.cents, 0) AS kept_cents, coalesce(s.cents, 0) AS left_cents
FROM (SELECT receipt, greatest(amount_cents - posted_cents - disbursed_cents - refunded_cents, 0) AS cents FROM spent) s
FULL JOIN receipts_unapplied u ON u.receipt_id = s.receipt
WHERE coalesce(u.cents, 0) <> coalesce(s.cents, 0)
