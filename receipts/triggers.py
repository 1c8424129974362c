"""How the database itself guards the money: what its triggers refuse, nobody can do by any way."""

import pgtrigger

from pops.core.accounts.triggers import IS_MERGED

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)

# What nothing has become of yet is kept beside its receipt, so that nobody has to look through all receipts for it. It
# is written where it is known anyway: by who judges the balance of a receipt.
KEEP_UNAPPLIED = """
    IF unapplied = 0 THEN
        DELETE FROM receipts_unapplied WHERE receipt_id = owner;
    ELSE
        INSERT INTO receipts_unapplied (receipt_id, received_on, cents)
        SELECT number, received_on, unapplied FROM receipts_receipt WHERE number = owner
        ON CONFLICT (receipt_id) DO UPDATE SET cents = EXCLUDED.cents;
    END IF;
"""

# What a receipt's balance is, for the triggers: a payment, or the money of a refund that failed, is applied to
# services, disbursed or refunded; together never more than was received. A refund receipt and what it takes back
# belong to the payment that it refunds, and so does money that the bank took back: where some of that had been refunded
# before, its services owe more than was ever applied to them.
NOT_OVERSPENT = f"""
    SELECT * INTO payment FROM receipts_receipt WHERE number = owner;
    SELECT coalesce(sum(p.amount_cents), 0) INTO posted FROM receipts_posting p
    JOIN receipts_receipt r ON r.number = p.receipt_id
    WHERE p.receipt_id = owner OR (r.refund_of_id = owner AND r.kind IN ('refund', 'returned'));
    SELECT coalesce(sum(amount_cents), 0) INTO disbursed FROM receipts_disbursement WHERE receipt_id = owner;
    SELECT coalesce(-sum(r.amount_cents), 0), coalesce(-sum(r.amount_cents) FILTER (WHERE r.kind = 'returned'), 0)
    INTO refunded, returned FROM receipts_receipt r
    WHERE r.refund_of_id = owner AND r.kind IN ('refund', 'returned')
        AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number);
    IF posted < -returned OR disbursed < 0 OR posted + disbursed + refunded > payment.amount_cents
        OR (posted + disbursed + refunded > 0
            AND EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner))
    THEN
        RAISE EXCEPTION 'receipt % of % cents: % applied, % disbursed, % refunded',
            owner, payment.amount_cents, posted, disbursed, refunded USING ERRCODE = 'check_violation';
    END IF;
    unapplied := CASE WHEN EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = owner) THEN 0
                      ELSE payment.amount_cents - posted - disbursed - refunded END;
    {KEEP_UNAPPLIED}
    RETURN NULL;
"""  # noqa: S608  constants of ours
BALANCE = [
    ("owner", "bigint"),
    ("payment", "receipts_receipt%ROWTYPE"),
    ("posted", "bigint"),
    ("disbursed", "bigint"),
    ("refunded", "bigint"),
    ("returned", "bigint"),
    ("unapplied", "bigint"),
]


def not_overspent(find_owner: str) -> pgtrigger.Trigger:
    """Judge the balance of the receipt that a new row belongs to, at commit."""
    return pgtrigger.Trigger(
        name="not_overspent",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=BALANCE,
        func=find_owner + NOT_OVERSPENT,
    )


OWNER_OF_NEW = "IF NEW.kind NOT IN ('refund', 'returned') THEN RETURN NULL; END IF; owner := NEW.refund_of_id;"
OWNER_OF_ROW = """
    SELECT CASE WHEN kind IN ('refund', 'returned') THEN refund_of_id ELSE number END INTO owner
    FROM receipts_receipt WHERE number = NEW.receipt_id;
"""
# A payment that was issued in this very transaction is judged as a whole by its trigger adds_up.
SKIP_NEW_RECEIPT = """
    IF EXISTS (
        SELECT FROM receipts_receipt
        WHERE number = NEW.receipt_id AND kind = 'payment' AND xmin = pg_current_xact_id()::xid
    ) THEN
        RETURN NULL;
    END IF;
"""

# No more goes back to the bank than came: what was returned and not voided since, this return with it.
NOT_TWICE = pgtrigger.Trigger(
    name="not_twice",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("came", "bigint"), ("gone", "bigint")],
    func="""
        SELECT amount_cents INTO came FROM receipts_transaction WHERE id = NEW.transaction_id FOR UPDATE;
        SELECT -sum(cents) INTO gone FROM (
            SELECT amount_cents AS cents FROM receipts_receipt WHERE number = NEW.receipt_id
            UNION ALL
            SELECT r.amount_cents FROM receipts_moneyreturn o JOIN receipts_receipt r ON r.number = o.receipt_id
            WHERE o.transaction_id = NEW.transaction_id
                AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = o.receipt_id)
        ) returned;
        IF gone > came THEN
            RAISE EXCEPTION 'transaction % was returned already', NEW.transaction_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# What is written into a batch, is written while it is open.
BATCH_IS_OPEN = """
    SELECT status INTO batch_status FROM batches_referencebatch WHERE id = {batch};
    IF batch_status <> 'open' THEN
        RAISE EXCEPTION 'the batch is %, only an open one takes this', batch_status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def needs_open_batch(batch: str = "NEW.batch_id") -> pgtrigger.Trigger:
    """Refuse a new row while its batch is not open."""
    return pgtrigger.Trigger(
        name="needs_open_batch",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("batch_status", "text")],
        func=BATCH_IS_OPEN.format(batch=batch),
    )


# Nothing changes, except the batch: from one open batch to another of the same date, beside a ReceiptMove that was
# written in the same transaction and names both.
ONLY_MOVED = """
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'batch_id' = to_jsonb(OLD) - 'batch_id' AND EXISTS (
        SELECT FROM receipts_receiptmove m
        JOIN batches_referencebatch a ON a.id = m.from_batch_id AND a.status = 'open'
        JOIN batches_referencebatch b ON b.id = m.to_batch_id AND b.status = 'open' AND b.batch_date = a.batch_date
        WHERE m.receipt_id = OLD.{receipt} AND m.transaction_id = txid_current()
            AND m.from_batch_id = OLD.batch_id AND m.to_batch_id = NEW.batch_id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append_only: a row of % is never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
"""


# And whose the receipt is, with a merge of two accounts of one person.
ONLY_MERGED = f"""
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'guarantor_id' = to_jsonb(OLD) - 'guarantor_id' AND {IS_MERGED} THEN
        RETURN NEW;
    END IF;
"""


def only_moved(receipt: str, *, or_merged: bool = False) -> pgtrigger.Trigger:
    """Refuse every change of a row but its move with its receipt, which the column names, or the receipt's merge."""
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=(ONLY_MERGED if or_merged else "") + ONLY_MOVED.format(receipt=receipt),
    )


# A receipt joins only an open batch. The day's lock keeps this true between the check and the commit.
JOINS_OPEN_BATCH = pgtrigger.Trigger(
    name="joins_open_batch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("batch", "batches_referencebatch%ROWTYPE")],
    func="""
        SELECT * INTO batch FROM batches_referencebatch WHERE id = NEW.batch_id;
        IF batch.status <> 'open' THEN
            RAISE EXCEPTION 'batch % is %, a receipt joins only an open one', batch.id, batch.status
                USING ERRCODE = 'check_violation';
        END IF;
        IF batch.batch_date <> NEW.received_on THEN
            RAISE EXCEPTION 'batch % is of %, the receipt of %', batch.id, batch.batch_date, NEW.received_on
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Judged at commit, when all rows of the receipt are there.
ADDS_UP = pgtrigger.Trigger(
    name="adds_up",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    declare=[("moved", "bigint"), ("posted", "bigint"), ("owner", "bigint"), ("unapplied", "bigint")],
    func=f"""
        SELECT coalesce(sum(amount_cents), 0) INTO moved FROM receipts_transaction WHERE receipt_id = NEW.number;
        SELECT coalesce(sum(amount_cents), 0) INTO posted FROM receipts_posting WHERE receipt_id = NEW.number;
        IF moved <> NEW.amount_cents OR abs(posted) > abs(moved) OR sign(posted) * sign(moved) < 0 THEN
            RAISE EXCEPTION 'receipt % of % cents has transactions of % and postings of %',
                NEW.number, NEW.amount_cents, moved, posted USING ERRCODE = 'check_violation';
        END IF;
        -- A refund moves the balance of its payment, which not_overspent judges. Most payments are applied whole.
        IF NEW.kind NOT IN ('refund', 'returned') AND moved <> posted THEN
            owner := NEW.number;
            unapplied := moved - posted;
            {KEEP_UNAPPLIED}
        END IF;
        RETURN NULL;
    """,  # noqa: S608  constants of ours
)

# Movements come with their receipt, which is not seen yet by then. One that came later would change its batch.
MOVES_IN_OPEN_BATCH = pgtrigger.Trigger(
    name="needs_open_batch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("batch_status", "text")],
    func="""
        SELECT b.status INTO batch_status
        FROM receipts_receipt r JOIN batches_referencebatch b ON b.id = r.batch_id WHERE r.number = NEW.receipt_id;
        IF batch_status <> 'open' THEN
            RAISE EXCEPTION 'the batch is %, only an open one takes this', batch_status
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)
COMES_WITH_ITS_RECEIPT = pgtrigger.Trigger(
    name="comes_with_its_receipt",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    declare=[("amount", "bigint"), ("moved", "bigint")],
    func="""
        -- The receipt of this very transaction is judged by its own trigger adds_up.
        IF EXISTS (
            SELECT FROM receipts_receipt WHERE number = NEW.receipt_id AND xmin = pg_current_xact_id()::xid
        ) THEN
            RETURN NULL;
        END IF;
        SELECT amount_cents INTO amount FROM receipts_receipt WHERE number = NEW.receipt_id;
        SELECT sum(amount_cents) INTO moved FROM receipts_transaction WHERE receipt_id = NEW.receipt_id;
        IF moved <> amount THEN
            RAISE EXCEPTION 'receipt % of % cents: a transaction makes it %', NEW.receipt_id, amount, moved
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)
