"""Finding a guarantor by what a person says of them."""

from django.db import connection

from pops.core.accounts.models import Guarantor

# An account that was merged into another leads there.
FIND = """
(SELECT coalesce(m.into_id, g.id) FROM accounts_guarantor g
 LEFT JOIN accounts_guarantormerge m ON m.merged_id = g.id AND m.undone_at IS NULL
 WHERE accounts_guarantor_words(g.name::text, g.account_number::text, g.phone::text) @@ to_tsquery('simple', %(words)s)
   AND (NOT g.is_retired OR m.id IS NOT NULL) LIMIT %(limit)s)
UNION
(SELECT guarantor_id FROM accounts_patient
 WHERE accounts_name_words(name::text) @@ to_tsquery('simple', %(words)s) AND NOT is_retired LIMIT %(limit)s)
"""


def find_guarantor_ids(text: str, *, limit: int) -> list[int]:
    """Ids of guarantors whose name, account number, phone or patient has words that begin with all of these."""
    words = "".join(char if char.isalnum() else " " for char in text).split()
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"words": " & ".join(f"'{word}':*" for word in words), "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def find_guarantors(text: str, *, limit: int = 50) -> list[Guarantor]:
    """The guarantors found, by name, with their patients; at most `limit`, so ask for more words when it is full."""
    found = Guarantor.objects.filter(pk__in=find_guarantor_ids(text, limit=limit))
    return list(found.prefetch_related("patients").order_by("name", "account_number")[:limit])
