-- Issues a receipt over its transactions, applies it to what is owed, and posts its mail: receipts.issue calls it, and
-- payments/settle.sql. A function, because planning these statements takes longer than running them, and a function's
-- plans are kept by the connection: the generic ones, which PostgreSQL takes for dearer than they are, as it doesn't know
-- how few patients a guarantor has. Left to itself it plans anew each time, a third of the work. VOLATILE, so that each
-- statement in it sees what was committed before it began.
--
-- _mail: 'wanted', 'unticked' by the desk for this receipt, or NULL for none at all. A transaction that pays for some
-- facilities or providers alone has their ids in pays_for, and which of both they are in pays_by.
CREATE OR REPLACE FUNCTION receipts_issue(
    _guarantor bigint, _batch bigint, _kind text, _channel text, _received_on date, _received_at timestamptz,
    _issued_by bigint, _refund_of bigint, _reason text, _transactions jsonb, _auto_post boolean, _mail text,
    _domain text, OUT _number bigint, OUT _amount bigint, OUT _mail_state text
) LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    _patients bigint[];
    _part record;
BEGIN
    SELECT sum((t ->> 'amount_cents')::bigint) INTO _amount FROM jsonb_array_elements(_transactions) t;

    INSERT INTO receipts_receipt (guarantor_id, batch_id, kind, status, channel, amount_cents, received_on,
                                  received_at, issued_by_id, refund_of_id, reason, guarantor_name, account_number)
    SELECT id, _batch, _kind, CASE WHEN _amount = 0 THEN 'unsuccessful' ELSE 'paid' END, _channel, _amount,
           _received_on, _received_at, _issued_by, _refund_of, _reason, name, account_number
    FROM accounts_guarantor WHERE id = _guarantor
    RETURNING number INTO STRICT _number;

    INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents, card_brand,
                                      card_last4, card_expiry, check_number, shared_check, approval_code, reason)
    SELECT _number, CASE WHEN t.number = '' THEN _number || '-' || t.nth ELSE t.number END, t.method,
           t.amount_cents, t.requested_cents, t.card_brand, t.card_last4, t.card_expiry, t.check_number,
           t.shared_check, t.approval_code, t.reason
    FROM jsonb_to_recordset(_transactions) AS t (
        nth int, number text, method text, amount_cents bigint, requested_cents bigint, card_brand text,
        card_last4 text, card_expiry text, check_number text, shared_check uuid, approval_code text, reason text);

    -- Auto-Post takes the oldest balances first: each line gets what the lines before it left over. What no line takes
    -- is escrow: no row, it is the difference. A receipt of another guarantor, whose patient this was, may move money on
    -- the same lines: their patients are locked first, as receipts.owed.lock_lines() does. All of a receipt is applied at
    -- once, unless its transactions say what they pay for: then each is by itself.
    IF _auto_post AND _amount > 0 THEN
        _patients := ARRAY(SELECT id FROM accounts_patient WHERE guarantor_id = _guarantor ORDER BY id FOR NO KEY UPDATE);
        FOR _part IN
            SELECT 0 AS nth, _amount AS cents, NULL AS pays_by, NULL::bigint[] AS pays_for
            WHERE _transactions -> 0 ->> 'pays_for' IS NULL
            UNION ALL
            SELECT t.nth, t.amount_cents, t.pays_by, t.pays_for
            FROM jsonb_to_recordset(_transactions) AS t (nth int, amount_cents bigint, pays_by text, pays_for bigint[])
            WHERE t.pays_for IS NOT NULL AND t.amount_cents > 0
            ORDER BY nth
        LOOP
            INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, posted_by_id, facility_name,
                                          facility_address, provider_name, patient_name, service_id, service_date,
                                          description, procedure_code, billed_cents, adjusted_cents,
                                          insurance_pending_cents, insurance_paid_cents, patient_paid_cents,
                                          remaining_cents)
            SELECT _number, line_id, _batch, cents, _issued_by,
                   (SELECT name FROM practice_facility WHERE id = facility_id),
                   (SELECT address FROM practice_facility WHERE id = facility_id),
                   (SELECT name FROM practice_provider WHERE id = provider_id), patient_name,
                   encounter || '-' || line_number, service_date, description, procedure_code, billed_cents,
                   adjusted_cents, insurance_pending_cents, insurance_paid_cents, patient_paid_cents + cents,
                   remaining_cents - cents
            FROM (SELECT *, least(payable_cents, _part.cents - (sum(payable_cents) OVER oldest_first - payable_cents)) AS cents
                  FROM receipts_owed
                  WHERE patient_id = ANY (_patients) AND payable_cents > 0
                    AND (_part.pays_for IS NULL
                         OR CASE _part.pays_by WHEN 'facility' THEN facility_id ELSE provider_id END = ANY (_part.pays_for))
                  WINDOW oldest_first AS (ORDER BY responsible_on, encounter, line_number)) share
            WHERE cents > 0;
        END LOOP;
    END IF;

    IF _mail IS NOT NULL AND _amount <> 0 THEN
        _mail_state := receipts_post_mail(_number, _guarantor, _mail, _domain);
    END IF;
END $$;
