"""When notices may reach a patient: never at night, on the practice's clock."""

import datetime as dt
from zoneinfo import ZoneInfo

from pops.core.practice.models import Practice


def find_next_hours(practice: Practice, now: dt.datetime) -> dt.datetime | None:
    """When notices may go out next; None: now."""
    local = now.astimezone(ZoneInfo(practice.time_zone))
    if practice.notices_from <= local.time() < practice.notices_until:
        return None
    is_over = local.time() >= practice.notices_from
    day = local.date() + dt.timedelta(days=1 if is_over else 0)
    return dt.datetime.combine(day, practice.notices_from, tzinfo=local.tzinfo)
