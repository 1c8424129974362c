-- The statements of payments.recording, as functions: a connection keeps their plans, and planning is most of their
-- work. They hold no rule: what is doubtful, declined or late is decided in Python between the two.

-- Holds the day (shared), then the attempt's and its guarantor's row: the order of pops.core.locks. The day is that of
-- `_at`, unless `_day` says which. No row: there is no such attempt. VOLATILE: what follows sees what was committed
-- before the locks were granted.
CREATE OR REPLACE FUNCTION payments_hold(
    _payment uuid, _at timestamptz, _day date, OUT _held date, OUT _state text, OUT _intent text, OUT _amount bigint,
    OUT _currency text, OUT _guarantor bigint, OUT _auto_post boolean
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    _held := coalesce(_day, practice_business_date(_at));
    IF _held IS NULL THEN
        RAISE EXCEPTION 'there is no practice yet' USING ERRCODE = 'no_data_found';
    END IF;
    -- 1347375187 is pops.core.locks.DAY_LOCKS; the second key is date.toordinal().
    PERFORM pg_advisory_xact_lock_shared(1347375187, _held - DATE '0001-01-01' + 1);
    SELECT p.state, coalesce(p.intent_id, ''), p.amount_cents, p.currency, p.guarantor_id, o.auto_post
    INTO _state, _intent, _amount, _currency, _guarantor, _auto_post
    FROM payments_payment p
    JOIN accounts_guarantor g ON g.id = p.guarantor_id
    JOIN practice_group o ON o.id = g.group_id
    WHERE p.id = _payment
    FOR NO KEY UPDATE OF p, g;
END $$;

-- Issues the receipt of a held attempt into the day's open API Payments batch and moves the attempt on. Without such a
-- batch nothing is done and the receipt is NULL: Python opens one, or learns that the period is locked.
CREATE OR REPLACE FUNCTION payments_settle(
    _payment uuid, _guarantor bigint, _on date, _at timestamptz, _transactions jsonb, _auto_post boolean, _note text,
    _domain text, OUT _receipt bigint, OUT _mail_state text
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    _batch bigint;
    _issued record;
BEGIN
    SELECT id INTO _batch FROM batches_referencebatch WHERE batch_date = _on AND is_api AND status = 'open';
    IF _batch IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO _issued FROM receipts_issue(
        _guarantor, _batch, 'payment', 'online', _on, _at, NULL, NULL, _note, _transactions, _auto_post, 'wanted',
        _domain);
    _receipt := _issued._number;
    _mail_state := _issued._mail_state;
    UPDATE payments_payment
    SET state = CASE _issued._amount WHEN 0 THEN 'unsuccessful' ELSE 'paid' END,
        receipt_id = _receipt, checked_at = now()
    WHERE id = _payment;
END $$;
