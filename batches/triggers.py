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

# Judged at commit, when all rows of the close are there: each tender once, what was expected adds up, a difference is
# explained.
CLOSE_IS_RIGHT = f"""
    SELECT * INTO made FROM batches_batchclose WHERE id = {{close}};
    SELECT {TOLD}, coalesce(sum(expected_cents), 0), coalesce(bool_or(over_short_cents <> 0), false)
    INTO tenders, expected, differs FROM batches_batchclosetender WHERE close_id = made.id;
    IF tenders IS DISTINCT FROM {EACH_TENDER} THEN
        RAISE EXCEPTION 'close % has tenders %, not one of each', made.id, tenders USING ERRCODE = 'check_violation';
    END IF;
    IF expected + made.own_check_cents <> made.total_cents THEN
        RAISE EXCEPTION 'close % of % cents has tenders of % and own checks of %',
            made.id, made.total_cents, expected, made.own_check_cents USING ERRCODE = 'check_violation';
    END IF;
    IF differs AND made.note = '' THEN
        RAISE EXCEPTION 'close % differs from its count, and nobody said why', made.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""  # noqa: S608  constants of ours
COUNT_IS_WHOLE = f"""
    SELECT {TOLD} INTO tenders FROM batches_batchcounttender WHERE count_id = {{count}};
    IF tenders IS DISTINCT FROM {EACH_TENDER} THEN
        RAISE EXCEPTION 'count % has tenders %, not one of each', {{count}}, tenders USING ERRCODE = 'check_violation';
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
    more = (("made", "batches_batchclose%ROWTYPE"), ("expected", "bigint"), ("differs", "boolean"))
    return _judge(name, CLOSE_IS_RIGHT.format(close=close), *more)


CLOSE_WHOLE = _judge_close("tenders_add_up", "NEW.id")
CLOSE_PART = _judge_close("comes_with_its_close", "NEW.close_id")
COUNT_WHOLE = _judge("tenders_are_counted", COUNT_IS_WHOLE.format(count="NEW.id"))
COUNT_PART = _judge("comes_with_its_count", COUNT_IS_WHOLE.format(count="NEW.count_id"))
