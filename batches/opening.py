"""The day's API Payments batch: the first payment of a day opens it, money after its close opens a supplement."""

import datetime as dt

from django.db import connection

from batches.models import API_PAYMENTS
from batches.period import why_not_write_on
from pops.core.access.services import get_pops_user
from pops.core.locks import Held
from pops.core.refusals import refuse


def open_api_batch(held: Held, *, batch_date: dt.date) -> int:
    """The id of the open API Payments batch of a date that is held; opens it, or a supplement. Raises PeriodLocked."""
    held.need(day=batch_date)
    batch_id = _find(batch_date)
    if batch_id is None:
        _insert(batch_date)
        batch_id = _find(batch_date)
    if batch_id is None:
        refuse(why_not_write_on(batch_date))
        raise RuntimeError(f"The API Payments batch of {batch_date} could not be opened.")
    return batch_id


def _find(batch_date: dt.date) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM batches_referencebatch WHERE batch_date = %s AND is_api AND status = 'open'",
            [batch_date],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _insert(batch_date: dt.date) -> None:
    """Insert unless another payment was first: its uncommitted row makes us wait, then do nothing.

    Nothing is inserted into a locked period either: opening waits for a month-end lock in the making.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO batches_referencebatch
                (description, user_id, batch_date, is_api, supplement, status, note, opened_at)
            SELECT %(description)s, %(user)s, %(date)s, true, coalesce(max(supplement), 0) + 1, 'open', '', now()
            FROM batches_referencebatch WHERE batch_date = %(date)s AND is_api
            HAVING NOT EXISTS (SELECT FROM batches_periodlock WHERE locked_through >= %(date)s)
            ON CONFLICT DO NOTHING
            """,
            {"description": API_PAYMENTS, "user": get_pops_user().pk, "date": batch_date},
        )
