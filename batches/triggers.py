"""How the database itself guards a batch."""

import pgtrigger

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
# committed, so that no batch opens behind its back (services.lock_period).
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
