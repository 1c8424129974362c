"""Whose a row is, guarded by the database."""

import pgtrigger

# A row's guarantor changes with a merge of two accounts, or its undoing, and never else: true beside a GuarantorMerge
# of the same transaction that names both accounts.
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

# A visit that moves waits for money that is on its way to its services, or away from them: receipts.owed.lock_lines().
MOVE_WAITS = pgtrigger.Trigger(
    name="move_waits",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("patient_id"),
    condition=pgtrigger.Q(old__patient__df=pgtrigger.F("new__patient")),
    func="""
    PERFORM FROM accounts_patient WHERE id IN (OLD.patient_id, NEW.patient_id) ORDER BY id FOR NO KEY UPDATE;
    RETURN NEW;
    """,
)
