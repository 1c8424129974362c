-- Puts the mail of a receipt into the outbox, or notes there why none is sent: the state of the row. The Email Receipts
-- switch is judged here, in the transaction that records the money. _mail: 'wanted', or 'unticked' at the desk. The
-- reasons are those of receipts.notices.Reason.
CREATE OR REPLACE FUNCTION receipts_post_mail(_receipt bigint, _guarantor bigint, _mail text, _domain text)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    _state text;
BEGIN
    INSERT INTO notifications_message (kind, about_id, guarantor_id, "to", state, reason, message_id)
    SELECT 'receipt', _receipt, g.id, g.email, CASE WHEN why.reason = '' THEN 'queued' ELSE 'not_wanted' END,
           why.reason, '<' || gen_random_uuid() || '@' || _domain || '>'
    FROM accounts_guarantor g JOIN practice_group o ON o.id = g.group_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN NOT o.email_receipts THEN 'switched_off'
        WHEN g.email_opt_out THEN 'opted_out'
        WHEN g.email = '' THEN 'no_address'
        WHEN _mail <> 'wanted' THEN _mail
        ELSE '' END AS reason) why
    WHERE g.id = _guarantor
    RETURNING state INTO STRICT _state;
    RETURN _state;
END $$;
