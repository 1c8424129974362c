-- The guarantor of an account number, for who takes money of theirs: whether anything is open online, and the day for
-- which the money counts that `_clerk` takes at a moment. NULL before there is a practice. No row: there is no such account.
CREATE OR REPLACE FUNCTION payments_find_payer(_account_number text, _clerk bigint, _at timestamptz) RETURNS TABLE (
    guarantor bigint, is_paying boolean, counts_on date
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        SELECT g.id, EXISTS (SELECT FROM payments_payment p
                             WHERE p.guarantor_id = g.id AND p.state IN ('started', 'processing')),
               coalesce(batches_late_date(_clerk), practice_business_date(_at))
        FROM accounts_guarantor g WHERE g.account_number = _account_number;
END $$;
