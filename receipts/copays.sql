-- The services of the visit that a copay is for: of the patient, on the day, oldest first, as far as something is left to
-- pay. A walk-in's patient and the one whom the practice's system told of later are one person where both are the
-- guarantor's, are called the same and were born on the same day.
SELECT o.line_id, o.payable_cents
FROM accounts_patient p
JOIN accounts_patient same ON same.guarantor_id = {guarantor} AND (
    same.id = p.id
    OR same.birth_date = p.birth_date AND accounts_name_words(same.name::text) = accounts_name_words(p.name::text)
)
JOIN receipts_owed o ON o.patient_id = same.id AND o.service_date = {visit_date} AND o.payable_cents > 0
WHERE p.id = {patient}
ORDER BY o.responsible_on, o.encounter, o.line_number
