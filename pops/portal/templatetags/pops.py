"""Template filters of the house, loaded everywhere."""

import datetime as dt
from zoneinfo import ZoneInfo

from django import template

from pops.money import format_cents

register = template.Library()
register.filter("money", format_cents)


@register.filter
def day(date: dt.date) -> str:
    """A date as a person says it: March 1, 2026. Cheaper than Django's date filter, for long lists."""
    return f"{date:%B} {date.day}, {date.year}"


@register.filter
def at(moment: dt.datetime, time_zone: str) -> str:
    """A moment on the practice's clock: March 1, 2026, 4:05 PM."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{day(local)}, {local.hour % 12 or 12}:{local:%M %p}"


@register.filter
def tel(phone: str) -> str:
    """A phone number for a tel: link, without what people write around the digits."""
    return "".join(char for char in phone if char.isdigit() or char in "+,;")
