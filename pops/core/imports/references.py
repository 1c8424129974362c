"""What the cells of an import refer to: the rows of other tables, by what a practice calls them."""

from pops.core.imports.columns import Reference

# The account that an account is part of since they were merged. None of one that was retired by itself.
MERGED_INTO = """(
    WITH RECURSIVE o AS (
        SELECT into_id FROM accounts_guarantormerge WHERE merged_id = g.id AND undone_at IS NULL
        UNION ALL
        SELECT m.into_id FROM o JOIN accounts_guarantormerge m ON m.merged_id = o.into_id AND m.undone_at IS NULL
    ) SELECT l.id FROM o JOIN accounts_guarantor l ON l.id = o.into_id WHERE NOT l.is_retired
)"""
STANDS = f"CASE WHEN g.is_retired THEN {MERGED_INTO} ELSE g.id END"
GUARANTOR = Reference(
    f"(SELECT g.account_number AS key, {STANDS} AS id, {STANDS} AS guarantor_id FROM accounts_guarantor g"
    " WHERE NOT g.is_trial)",
    "There is no guarantor with this account number or the account is retired",
    "Import guarantors first",
)
PATIENT = Reference(
    "(SELECT number AS key, id, guarantor_id FROM accounts_patient WHERE number <> '')",
    "There is no patient with this number",
    "Import patients first",
)
# LEFT: the planner leaves it out where nobody asks whose it is.
ENCOUNTER = Reference(
    "(SELECT e.number AS key, e.id, p.guarantor_id FROM accounts_encounter e"
    " LEFT JOIN accounts_patient p ON p.id = e.patient_id)",
    "There is no encounter with this number",
    "Import encounters first",
)
STATEMENT = Reference(
    "(SELECT number AS key, id, guarantor_id FROM accounts_statement WHERE number <> '')",
    "There is no statement with this number",
    "Import statements first",
)
# A name that two have finds neither.
NAMED = (
    "(SELECT lower(name) AS key, CASE count(*) WHEN 1 THEN min(id) END AS id, NULL::bigint AS guarantor_id FROM {}"
    " GROUP BY 1)"
)
# As the practice's own system numbers it, too.
NAMED_OR_NUMBERED = (
    "(SELECT lower(n.called) AS key, CASE count(DISTINCT n.id) WHEN 1 THEN min(n.id) END AS id, NULL::bigint AS"
    " guarantor_id FROM (SELECT id, unnest(ARRAY[name, nullif(number, '')]) AS called FROM {}) n GROUP BY 1)"
)
PROVIDER = Reference(
    NAMED_OR_NUMBERED.format("practice_provider"),
    "There is no provider of this name or number, or more than one. See POPS Management > Providers",
    by_name=True,
)
FACILITY = Reference(
    NAMED_OR_NUMBERED.format("practice_facility"),
    "There is no facility of this name or number, or more than one. See POPS Management > Facilities",
    by_name=True,
)
GROUP = Reference(
    NAMED.format("practice_group"),
    "There is no POPS Group of this name. See POPS Management > POPS Groups",
    by_name=True,
)
ONLY_GROUP = "(SELECT CASE count(*) WHEN 1 THEN min(id) END FROM practice_group)"
