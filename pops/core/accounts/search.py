"""Finding people by what is said of them: the one way for the desk and for every list. How is in search.sql."""

from django.db import connection
from django.db.models import Prefetch

from pops.core.accounts.confidential import without_hidden
from pops.core.accounts.models import Guarantor, Patient

# Longer is no name.
LONGEST = 200
# An account that was merged into another leads there. Rows are read until there are enough, but planned as if all were
# wanted: for a few the planner would rather read the table from its beginning, and takes seconds where nobody is found.
FIND_GUARANTORS = """
WITH guarantor AS MATERIALIZED (
    SELECT id, is_retired FROM accounts_guarantor
    WHERE accounts_guarantor_words(name::text, account_number::text, phone::text) @@ accounts_said(%(said)s)
), patient AS MATERIALIZED (
    SELECT guarantor_id FROM accounts_patient
    WHERE accounts_name_words(name::text) @@ accounts_said(%(said)s) AND NOT is_retired
      AND (%(sees_confidential)s OR NOT is_confidential)
)
(SELECT coalesce(m.into_id, g.id) FROM guarantor g
 LEFT JOIN accounts_guarantormerge m ON m.merged_id = g.id AND m.undone_at IS NULL
 WHERE NOT g.is_retired OR m.id IS NOT NULL LIMIT %(limit)s)
UNION
(SELECT guarantor_id FROM patient LIMIT %(limit)s)
"""
FIND_USERS = (
    "SELECT id FROM access_user WHERE accounts_name_words(name::text) @@ accounts_said(%(said)s) LIMIT %(limit)s"
)


def find_guarantor_ids(text: str, *, limit: int, sees_confidential: bool = False) -> list[int]:
    """Ids of guarantors whose name, account number, phone or patient has words that begin with all of these.

    By a confidential patient only for who `sees_confidential`.
    """
    return _find(FIND_GUARANTORS, text, limit, sees_confidential=sees_confidential)


def find_user_ids(text: str, *, limit: int) -> list[int]:
    """Ids of logins, of staff and of guarantors, whose name has words that begin with all of these."""
    return _find(FIND_USERS, text, limit)


def find_guarantors(text: str, *, limit: int = 50, sees_confidential: bool = False) -> list[Guarantor]:
    """The guarantors found, by name, with their patients; at most `limit`, so ask for more words when it is full."""
    ids = find_guarantor_ids(text, limit=limit, sees_confidential=sees_confidential)
    patients = Patient.objects.all() if sees_confidential else without_hidden(Patient.objects.all())
    found = Guarantor.objects.filter(pk__in=ids).prefetch_related(Prefetch("patients", patients.order_by("name", "pk")))
    return list(found.order_by("name", "account_number")[:limit])


def _find(sql: str, text: str, limit: int, **more: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"said": text.replace("\0", " ")[:LONGEST], "limit": limit, **more})
        return [row[0] for row in cursor.fetchall()]
