"""Moments as other systems write them, as days on the practice's clock."""

import datetime as dt
from zoneinfo import ZoneInfo


def day_on_clock(moment: str, zone: ZoneInfo) -> str:
    """The day of a moment in ISO's form; empty when it is none, or one before or after all calendars."""
    try:
        return dt.datetime.fromisoformat(moment).astimezone(zone).date().isoformat()
    except (ValueError, OverflowError):  # FHIR knows leap seconds, and the year 1
        return ""
