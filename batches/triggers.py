"""How the database itself guards a batch."""

import pgtrigger

from pops.core.methods import Tender

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)

# A closed batch opens again only beside a BatchReopening written in the same transaction: the reason can't be
# left out. Archiving changes nothing but the status and who did it. Archived is the end.
KEEP_CLOSED = pgtrigger.Trigger(
    name="keep_closed",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__status__in=["closed", "archived"]),
    func="""
        IF OLD.status = 'closed' AND NEW.status = 'open' AND EXISTS (
            SELECT FROM batches_batchreopening WHERE batch_id = OLD.id AND transaction_id = txid_current()
        ) THEN
            RETURN NEW;
        END IF;
        IF OLD.status = 'closed' AND NEW.status = 'archived'
            AND to_jsonb(NEW) - '{status,archived_at,archived_by_id}'::text[]
              = to_jsonb(OLD) - '{status,archived_at,archived_by_id}'::text[]
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'batch % is %: it can not be changed', OLD.id, OLD.status USING ERRCODE = 'check_violation';
    """,
)

# The month-end lock, judged by the database. Locking a period keeps other writers of this table out until it is
# committed, so that no batch opens behind its back (period.lock_period).
KEEP_LOCKED = pgtrigger.Trigger(
    name="keep_locked",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("locked", "date")],
    func="""
        SELECT max(locked_through) INTO locked FROM batches_periodlock;
        IF NEW.batch_date <= locked THEN
            RAISE EXCEPTION 'the period is locked through %', locked USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# A count and a close tell of each tender once, in an array sorted by bytes.
EACH_TENDER = f"ARRAY{sorted(Tender.values)}"
TOLD = 'array_agg(tender::text ORDER BY tender COLLATE "C")'

# Judged at commit, when all rows of the close are there: each tender once, what was expected adds up, what was moved in
# the drawer is told, over and short are what was counted less what should be there, a difference is explained.
CLOSE_IS_RIGHT = f"""
    SELECT * INTO made FROM batches_batchclose WHERE id = {{close}};
    SELECT {TOLD}, coalesce(sum(expected_cents), 0), coalesce(bool_or(over_short_cents <> 0), false)
    INTO tenders, expected, differs FROM batches_batchclosetender WHERE close_id = made.id;
    IF tenders IS DISTINCT FROM {EACH_TENDER} THEN
        RAISE EXCEPTION 'close % has tenders %, not one of each', made.id, tenders USING ERRCODE = 'check_violation';
    END IF;
    IF expected + made.own_check_cents + made.returned_cents <> made.total_cents THEN
        RAISE EXCEPTION 'close % of % cents has tenders of %, own checks of % and returns of %',
            made.id, made.total_cents, expected, made.own_check_cents, made.returned_cents
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(sum(amount_cents) FILTER (WHERE kind = 'float'), 0) AS begun,
           coalesce(sum(amount_cents) FILTER (WHERE kind = 'paid_in'), 0) AS paid_in,
           coalesce(sum(amount_cents) FILTER (WHERE kind = 'paid_out'), 0) AS paid_out,
           coalesce(sum(amount_cents) FILTER (WHERE kind = 'drop'), 0) AS dropped
    INTO moved FROM batches_drawermovement WHERE batch_id = made.batch_id;
    IF (moved.begun, moved.paid_in, moved.paid_out, moved.dropped)
        <> (made.float_cents, made.paid_in_cents, made.paid_out_cents, made.dropped_cents)
    THEN
        RAISE EXCEPTION 'close % tells of another drawer than %', made.id, moved USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM batches_batchclosetender due
        JOIN batches_batchcounttender counted ON counted.count_id = made.count_id AND counted.tender = due.tender
        WHERE due.close_id = made.id AND due.over_short_cents <> counted.cents - due.expected_cents
            - CASE WHEN due.tender = 'cash' THEN moved.begun + moved.paid_in - moved.paid_out - moved.dropped ELSE 0 END
    ) THEN
        RAISE EXCEPTION 'close % is over or short by something else than its count', made.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF (differs OR made.reference_cents <> made.total_cents) AND made.note = '' THEN
        RAISE EXCEPTION 'close % differs from its count or its reference total, and nobody said why', made.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""  # noqa: S608  constants of ours
COUNT_IS_WHOLE = f"""
    SELECT {TOLD} INTO tenders FROM batches_batchcounttender WHERE count_id = {{count}};
    IF tenders IS DISTINCT FROM {EACH_TENDER} THEN
        RAISE EXCEPTION 'count % has tenders %, not one of each', {{count}}, tenders USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM batches_batchcount made JOIN batches_batchcounttender cash ON cash.count_id = made.id
        WHERE made.id = {{count}} AND cash.tender = 'cash' AND cash.cents <> (
            SELECT coalesce(sum(worth::bigint * number::bigint), cash.cents)
            FROM jsonb_each_text(made.pieces) AS piece (worth, number)
        )
    ) THEN
        RAISE EXCEPTION 'count % has other cash than its bills and coins make', {{count}}
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""  # noqa: S608  constants of ours


def _judge(name: str, func: str, *declare: tuple[str, str]) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("tenders", "text[]"), *declare],
        func=func,
    )


def _judge_close(name: str, close: str) -> pgtrigger.Trigger:
    more = [("made", "batches_batchclose%ROWTYPE"), ("expected", "bigint"), ("differs", "boolean"), ("moved", "record")]
    return _judge(name, CLOSE_IS_RIGHT.format(close=close), *more)


CLOSE_WHOLE = _judge_close("tenders_add_up", "NEW.id")
CLOSE_PART = _judge_close("comes_with_its_close", "NEW.close_id")
COUNT_WHOLE = _judge("tenders_are_counted", COUNT_IS_WHOLE.format(count="NEW.id"))
COUNT_PART = _judge("comes_with_its_count", COUNT_IS_WHOLE.format(count="NEW.count_id"))

# A count after another one since the batch was last closed: what is expected was seen by then.
RECOUNT_IS_TOLD = pgtrigger.Trigger(
    name="recount_is_told",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("last_hand", "bigint")],
    func="""
        SELECT counted_by_id INTO last_hand FROM batches_batchcount
        WHERE batch_id = NEW.batch_id
            AND id > coalesce((SELECT max(count_id) FROM batches_batchclose WHERE batch_id = NEW.batch_id), 0)
        ORDER BY id DESC LIMIT 1;
        IF last_hand = NEW.counted_by_id AND NEW.reason = '' THEN
            RAISE EXCEPTION 'batch % was counted before by the same person, who did not say why', NEW.batch_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# FOR SHARE waits for whoever is closing the batch, and then sees it closed.
NEEDS_OPEN_DRAWER = pgtrigger.Trigger(
    name="needs_open_drawer",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("batch", "batches_referencebatch%ROWTYPE")],
    func="""
        SELECT * INTO batch FROM batches_referencebatch WHERE id = NEW.batch_id FOR SHARE;
        IF batch.status <> 'open' OR batch.is_api THEN
            RAISE EXCEPTION 'batch % has no open drawer', NEW.batch_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# What of a batch goes to the bank is what its last close says: cash counted and dropped, less what stays in the drawer.
DEPOSITS_ITS_CLOSE = pgtrigger.Trigger(
    name="deposits_its_close",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("last_close", "bigint"), ("cash", "bigint"), ("checks", "bigint")],
    func="""
        PERFORM FROM batches_referencebatch WHERE id = NEW.batch_id FOR SHARE;
        SELECT max(c.id) INTO last_close FROM batches_batchclose c JOIN batches_referencebatch b ON b.id = c.batch_id
        WHERE c.batch_id = NEW.batch_id AND b.status <> 'open' AND NOT b.is_api;
        SELECT sum(t.cents) FILTER (WHERE t.tender = 'cash') + c.dropped_cents - c.float_left_cents,
               sum(t.cents) FILTER (WHERE t.tender = 'check')
        INTO cash, checks
        FROM batches_batchclose c JOIN batches_batchcounttender t ON t.count_id = c.count_id
        WHERE c.id = NEW.close_id GROUP BY c.id;
        IF last_close IS DISTINCT FROM NEW.close_id
            OR (cash, checks) IS DISTINCT FROM (NEW.cash_cents, NEW.check_cents)
        THEN
            RAISE EXCEPTION 'close % of batch % has % in cash and % in checks for the bank',
                last_close, NEW.batch_id, cash, checks USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Judged at commit: a deposit is the sum of its batches, and has one at least.
DEPOSIT_ADDS_UP = """
    SELECT sum(cash_cents), sum(check_cents) INTO cash, checks
    FROM batches_depositbatch WHERE deposit_id = {deposit};
    IF NOT EXISTS (
        SELECT FROM batches_deposit WHERE id = {deposit} AND (cash_cents, check_cents) = (cash, checks)
    ) THEN
        RAISE EXCEPTION 'the batches of deposit % have % in cash and % in checks', {deposit}, cash, checks
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


def _judge_deposit(name: str, deposit: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("cash", "bigint"), ("checks", "bigint")],
        func=DEPOSIT_ADDS_UP.format(deposit=deposit),
    )


DEPOSIT_WHOLE = _judge_deposit("batches_add_up", "NEW.id")
DEPOSIT_PART = _judge_deposit("comes_with_its_deposit", "NEW.deposit_id")
