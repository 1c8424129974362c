"""What a guarantor's receipts can be filtered by, with what every page shows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pops.core.practice.models import Practice
from pops.core.words import shown

FRAME = """
SELECT practice.*,
    (SELECT received_on FROM receipts_receipt WHERE guarantor_id = %(guarantor)s
     ORDER BY received_at, number LIMIT 1) AS first_receipt_on,
    (SELECT json_agg(json_build_array(id, name) ORDER BY name, id) FROM accounts_patient
     WHERE guarantor_id = %(guarantor)s AND NOT is_confidential) AS patients,
    (SELECT json_agg(json_build_object('pk', id, 'amount_cents', amount_cents) ORDER BY started_at DESC)
     FROM payments_payment WHERE guarantor_id = %(guarantor)s AND state = ANY(%(unclear)s)) AS unclear
FROM practice_practice practice
"""


@dataclass(frozen=True)
class Choices:
    """What a guarantor's receipts can be filtered by. No years: there are no receipts."""

    years: list[int]
    patients: list[tuple[int, str]]
    unclear: list[dict[str, Any]]  # attempts that may become receipts: pk, amount_cents


def get_practice_and_choices(
    *, guarantor_id: int, now: dt.datetime, unclear: Sequence[str] = ()
) -> tuple[Practice, Choices]:
    """The practice, which every page shows, and in the same question what the list can be filtered by.

    `unclear` are the states of attempts of which nobody can say yet whether they were paid.
    """
    practice: Any = Practice.objects.raw(FRAME, {"guarantor": guarantor_id, "unclear": list(unclear)})[0]
    first = practice.first_receipt_on
    last = practice.business_date(now).year
    years = list(range(max(last, first.year), first.year - 1, -1)) if first else []
    return practice, Choices(
        years, [(patient, shown(name)) for patient, name in practice.patients or []], practice.unclear or []
    )
