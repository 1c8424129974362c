"""Patients who were entered by hand get their number from the file that tells of them, instead of a second row.

Only on the account that the file names, which a person has said is theirs (ADR 51), with the same name as search folds
it and the same birth date, and only where one row is like one line.
"""

from django.db import connection, transaction

from pops.core.imports.checks import joins
from pops.core.imports.columns import Plan
from pops.core.imports.kinds import PATIENTS
from pops.core.locks import hold_each

ALIKE = """
SELECT patient, min(number), min(owner) FROM (
    SELECT min(w.id) AS patient, min(s.patient_number) AS number, min("account_number_".guarantor_id) AS owner
    FROM {table} s{joins}
    JOIN accounts_patient w ON w.guarantor_id = "account_number_".guarantor_id AND w.number = '' AND NOT w.is_retired
        AND w.birth_date = s.birth_date AND accounts_name_words(w.name::text) = accounts_name_words(s.name::text)
    WHERE s.faults IS NULL AND t.id IS NULL
    GROUP BY s.line HAVING count(*) = 1
) line GROUP BY patient HAVING count(*) = 1
"""
ADOPT = """
UPDATE accounts_patient p SET number = found.number
FROM unnest(%(patients)s, %(numbers)s::text[]) AS found (patient, number) WHERE p.id = found.patient AND p.number = ''
"""


def adopt_patients(plan: Plan, *, table: str) -> int:
    """Give patients of the file's accounts the number that the file has for them; how many they were."""
    if plan.kind is not PATIENTS or "birth_date" not in plan.names:
        return 0
    find = ALIKE.format(table=table, joins=joins(plan))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(find)
        hold_each(guarantors=[owner for _, _, owner in cursor.fetchall()])
        cursor.execute(find)  # asked again: they are held now
        found = cursor.fetchall()
        if found:
            patients, numbers, _ = zip(*found, strict=True)
            cursor.execute(ADOPT, {"patients": list(patients), "numbers": list(numbers)})
    return len(found)
