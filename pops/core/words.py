"""How dates, moments and text from outside are said. Standard library only."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

# Control characters, and those that turn the direction of what follows: they let a name pretend to be another.
# Joiners stay: Persian and Indian names need them.
_TURNING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")

# Of a mail address, by its standard and in our columns.
LONGEST_EMAIL = 254


def shown(text: str) -> str:
    """The text on one line, without characters that nobody sees but that change how the rest looks."""
    return " ".join(_TURNING.sub(" ", text).split())


def day(date: dt.date) -> str:
    """A date as a person says it: March 1, 2026. Cheaper than Django's date filter, for long lists."""
    return f"{date:%B} {date.day}, {date.year}"


def at(moment: dt.datetime, time_zone: str) -> str:
    """A moment on the practice's clock: March 1, 2026, 4:05 PM."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{day(local)}, {local.hour % 12 or 12}:{local:%M %p}"


def tel(phone: str) -> str:
    """A phone number for a tel: link, without what people write around the digits."""
    return "".join(char for char in phone if char.isdigit() or char in "+,;")
