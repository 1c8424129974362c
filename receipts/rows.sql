-- Receipts as receipts.rows tells them. Amounts are hidden of those in a batch that is hidden, or refunded in one, unless
-- whoever asks took or gave back the money. A function: of one receipt, to plan it takes as long as to read it.
CREATE OR REPLACE FUNCTION receipts_rows(_numbers bigint[], _hidden bigint[], _by bigint) RETURNS TABLE (
    number bigint, kind varchar, status varchar, channel varchar, account_number varchar, guarantor_name varchar,
    issued_account_number varchar, amount_cents bigint, received_on date, received_at timestamptz, issued_at timestamptz,
    issued_by text, batch bigint, refund_of bigint, reason varchar, voided_at timestamptz, void_reason varchar,
    refunded_cents bigint, disbursed_cents bigint, taken_back bigint, amounts_hidden boolean, transactions json,
    postings json
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT r.number, r.kind, r.status, r.channel, g.account_number, r.guarantor_name, r.account_number AS issued_account_number,
            r.amount_cents, r.received_on, r.received_at, r.issued_at, coalesce(nullif(u.name, ''), u.email, '') AS issued_by,
            r.batch_id AS batch, r.refund_of_id AS refund_of, r.reason, v.voided_at, coalesce(v.reason, '') AS void_reason,
            coalesce((SELECT -sum(b.amount_cents) FROM receipts_receipt b
                      WHERE b.refund_of_id = r.number AND b.kind IN ('refund', 'returned')
                        AND NOT EXISTS (SELECT FROM receipts_receiptvoid x WHERE x.receipt_id = b.number)), 0)::bigint
                AS refunded_cents,
            coalesce((SELECT sum(d.amount_cents) FROM receipts_disbursement d WHERE d.receipt_id = r.number), 0)::bigint
                AS disbursed_cents,
            coalesce((SELECT sum(p.amount_cents) FROM receipts_receipt b JOIN receipts_posting p ON p.receipt_id = b.number
                      WHERE b.refund_of_id = r.number AND b.kind IN ('refund', 'returned')), 0)::bigint AS taken_back,
            r.batch_id = ANY (_hidden) AND r.issued_by_id IS DISTINCT FROM _by
                -- No EXISTS: a plan for many rows would read all receipts for it.
                OR coalesce((SELECT bool_or(b.batch_id = ANY (_hidden) AND b.issued_by_id IS DISTINCT FROM _by)
                             FROM receipts_receipt b WHERE b.refund_of_id = r.number), false) AS amounts_hidden,
            coalesce((SELECT json_agg(json_build_object(
                          'number', t.number, 'method', t.method, 'amount_cents', t.amount_cents,
                          'requested_cents', t.requested_cents, 'card_brand', t.card_brand, 'card_last4', t.card_last4,
                          'check_number', t.check_number, 'approval_code', t.approval_code, 'reason', t.reason) ORDER BY t.id)
                      FROM receipts_transaction t WHERE t.receipt_id = r.number), '[]') AS transactions,
            coalesce((SELECT json_agg(json_build_object(
                          'service_id', p.service_id, 'amount_cents', p.amount_cents, 'batch', p.batch_id) ORDER BY p.id)
                      FROM receipts_posting p WHERE p.receipt_id = r.number), '[]') AS postings
        FROM receipts_receipt r
        JOIN accounts_guarantor g ON g.id = r.guarantor_id
        LEFT JOIN access_user u ON u.id = r.issued_by_id
        LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
        WHERE r.number = ANY (_numbers);
END $$;
