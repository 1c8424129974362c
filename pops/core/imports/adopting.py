"""What was entered by hand gets its number from the rows that tell of it, instead of a second row.

A patient only on the account that the row names, which a person has said is theirs (ADR 51), with the same name as
search folds it and the same birth date; a place by its name; and only where one row is like one line.
"""

from django.db import connection, transaction

from pops.core.imports.checks import joins
from pops.core.imports.columns import Plan
from pops.core.locks import hold_each

ALIKE = """
SELECT patient, min(number), min(owner) FROM (
    SELECT min(w.id) AS patient, min(s.patient_number) AS number, min("account_number_".guarantor_id) AS owner
    FROM {table} s{joins}
    JOIN accounts_patient w ON w.guarantor_id = "account_number_".guarantor_id AND w.number = '' AND NOT w.is_retired
        AND w.birth_date = s.birth_date AND accounts_name_words(w.name::text) = accounts_name_words(s.name::text)
        AND (NOT w.is_confidential OR {sees})
    WHERE s.faults IS NULL AND t.id IS NULL
    GROUP BY s.line HAVING count(*) = 1
) line GROUP BY patient HAVING count(*) = 1
"""
ADOPT = """
UPDATE accounts_patient p SET number = found.number
FROM unnest(%(patients)s, %(numbers)s::text[]) AS found (patient, number) WHERE p.id = found.patient AND p.number = ''
"""

PLACES = """
UPDATE {kind.table} p SET number = found.number
FROM (
    SELECT min(w.id) AS id, min(s.{key}) AS number FROM {table} s{joins}
    JOIN {kind.table} w ON w.number = '' AND lower(w.name) = lower(s.name)
    WHERE s.faults IS NULL AND t.id IS NULL GROUP BY lower(s.name)
    HAVING count(DISTINCT w.id) = 1 AND count(DISTINCT s.line) = 1
) found WHERE p.id = found.id AND p.number = '' RETURNING p.number
"""


def adopt_places(plan: Plan, *, table: str) -> set[str]:
    """Give facilities or providers the number that the rows have for them; the numbers that were given."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES.format(kind=plan.kind, key=plan.kind.key[0], table=table, joins=joins(plan)))
        return {number for (number,) in cursor.fetchall()}


def adopt_patients(plan: Plan, *, table: str, sees: bool) -> set[str]:
    """Give patients of the rows' accounts the number that those have for them; the numbers that were given.

    Those who are confidential only where who brings the rows `sees` them: else a right guess would be told from others.
    """
    if plan.kind.name != "patients" or "birth_date" not in plan.names:
        return set()
    find = ALIKE.format(table=table, joins=joins(plan), sees=sees)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(find)
        hold_each(guarantors=[owner for _, _, owner in cursor.fetchall()])
        cursor.execute(find)  # asked again: they are held now
        found = cursor.fetchall()
        if not found:
            return set()
        patients, numbers, _ = zip(*found, strict=True)
        cursor.execute(ADOPT, {"patients": list(patients), "numbers": list(numbers)})
        return set(numbers)
