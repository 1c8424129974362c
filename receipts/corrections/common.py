"""What all corrections begin with.

Each runs in one transaction that holds the day's lock, then the guarantor's row, in this order.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import connection

from batches.services import SHARED_DAY_LOCK_SQL, day_key
from pops.core.accounts.models import Guarantor


class CorrectionRefused(Exception):
    """This can't be done to this receipt; the text says why, to the person who tried."""


class RefundTooMuch(CorrectionRefused):
    """More than what is left of the receipt, or of the method it came by."""


def lock_guarantor(*, guarantor_id: int, date: dt.date) -> Guarantor:
    """The guarantor, held until the end of the transaction, after the shared lock of the date.

    Raises Guarantor.DoesNotExist.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH day AS MATERIALIZED (SELECT {SHARED_DAY_LOCK_SQL})
            SELECT g.id FROM day, accounts_guarantor g WHERE g.id = %(guarantor)s FOR NO KEY UPDATE OF g
            """,  # noqa: S608  a constant of ours
            {"guarantor": guarantor_id, "day": day_key(date)},
        )
    return Guarantor.objects.select_related("group").get(pk=guarantor_id)


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises CorrectionRefused when there is none."""
    if not reason.strip():
        raise CorrectionRefused("Say why. The reason is kept with the receipt.")
    return reason.strip()


def take_in_order(cents: int, applied: Mapping[int, int]) -> dict[int, int]:
    """Cents from the lines, in their order, until there is enough."""
    parts: dict[int, int] = {}
    for line, part in applied.items():
        if cents <= 0:
            break
        parts[line] = min(part, cents)
        cents -= parts[line]
    return parts
