"""What rows can't do that are brought by who doesn't see what is confidential: make it plain, or guess at its words."""

from dataclasses import replace

from pops.core.imports.columns import Kind, Rule

MARK_STAYS = Rule(
    "confidential",
    "t.is_confidential AND NOT coalesce(s.confidential, true)",
    "'is marked here, and can be unmarked only by who may see what is confidential'",
)
# A patient's mark covers what is theirs for as long as it is theirs.
STAYS_COVERED = Rule(
    "patient_number",
    "EXISTS (SELECT FROM accounts_patient p WHERE p.id = t.patient_id AND p.is_confidential)"
    " AND NOT (SELECT p.is_confidential FROM accounts_patient p WHERE p.id = {patient_number})",
    "'is another than before, who is confidential: only who may see what is confidential can change it'",
)
# Whatever name it says: to adopt who was guessed at, and nobody else, would tell that the guess is right; to make a
# second row of them would be one without the mark.
MAY_BE_UNSEEN = Rule(
    "patient_number",
    "t.id IS NULL AND EXISTS (SELECT FROM accounts_patient w WHERE w.guarantor_id = {account_number}"
    " AND w.number = '' AND w.is_confidential AND NOT w.is_retired)",
    "'is new, and this account has a confidential patient without a number: only who may see what is confidential can'"
    " || ' tell whether they are the same'",
)
RULES = {
    "patients": (MARK_STAYS, MAY_BE_UNSEEN),
    "encounters": (MARK_STAYS, STAYS_COVERED),
    "appointments": (MARK_STAYS, STAYS_COVERED),
}


def for_who_does_not_see(kind: Kind) -> Kind:
    """The kind with these rules too."""
    return replace(kind, rules=(*kind.rules, *RULES.get(kind.name, ())))
