"""The practice's business day, and moments as programs are told them. Standard library only."""

import datetime as dt
from zoneinfo import ZoneInfo

MIDNIGHT = dt.time(0)


def business_date(moment: dt.datetime, *, time_zone: str, cut_off: dt.time = MIDNIGHT) -> dt.date:
    """The practice-local date that money received at `moment` (aware) belongs to.

    With a cut-off other than midnight, money from that time on belongs to the next day.
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    if cut_off != MIDNIGHT and local.time() >= cut_off:
        return local.date() + dt.timedelta(days=1)
    return local.date()


def business_day_end(date: dt.date, *, time_zone: str, cut_off: dt.time = MIDNIGHT) -> dt.datetime:
    """The moment from which money belongs to the day after a practice-local date."""
    day = date if cut_off != MIDNIGHT else date + dt.timedelta(days=1)
    return dt.datetime.combine(day, cut_off, ZoneInfo(time_zone))


def in_utc(moment: dt.datetime) -> str:
    """A moment (aware) as other programs are told it, to the second: 2026-03-02T18:00:00Z."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
