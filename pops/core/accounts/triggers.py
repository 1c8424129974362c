"""Whose a row is, guarded by the database: it changes with a merge of two accounts, or its undoing, and never else."""

import pgtrigger

# True beside a GuarantorMerge of the same transaction that names both accounts.
IS_MERGED = """EXISTS (
        SELECT FROM accounts_guarantormerge m
        WHERE m.transaction_id = txid_current() AND (m.merged_id, m.into_id) = (
            CASE WHEN m.undone_at IS NULL THEN OLD.guarantor_id ELSE NEW.guarantor_id END,
            CASE WHEN m.undone_at IS NULL THEN NEW.guarantor_id ELSE OLD.guarantor_id END)
    )"""

OWNER_STAYS = pgtrigger.Trigger(
    name="owner_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("guarantor_id"),
    condition=pgtrigger.Q(old__guarantor__df=pgtrigger.F("new__guarantor")),
    func=f"""
    IF NOT {IS_MERGED} THEN
        RAISE EXCEPTION 'a row of % stays with its guarantor', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
    """,
)
