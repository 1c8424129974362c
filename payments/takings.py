"""Online payments of a day here, beside what Stripe says it took. Never asked while a transaction is open."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from payments.gateway.client import KeyRefused, ProcessorError, in_a_hurry
from payments.gateway.takings import MOST, TooMany, list_moved
from pops.core.practice.selectors import get_practice

# Further back nobody compares by this page.
LONGEST_DAYS = 31
UNREACHED = "Stripe can't be reached just now. What is shown is what was recorded here; compare it with Stripe later."
REFUSED = "Stripe doesn't accept the key that POPS has: ask whoever runs POPS. What is shown is what was recorded here."
TOO_MANY = f"There were more than {MOST:,} charges: Stripe's own dashboard sums them."
TOO_OLD = "Some of these days are more than a month ago: they are not compared here."


@dataclass(frozen=True)
class Takings:
    """What Stripe says of some days, in cents by date, or why it is not known."""

    cents: dict[dt.date, int]
    why_unknown: str = ""


def ask_takings(dates: Iterable[dt.date]) -> Takings:
    """What Stripe took less what it gave back, by the practice's business day. One question for all of the dates."""
    days, practice = sorted(set(dates)), get_practice()
    if not days:
        return Takings({})
    if (days[-1] - days[0]).days > LONGEST_DAYS:
        return Takings({}, TOO_OLD)
    since, until = practice.day_end(days[0] - dt.timedelta(days=1)), practice.day_end(days[-1])
    try:
        with in_a_hurry():
            moved = list_moved(since=since, until=until)
    except TooMany:
        return Takings({}, TOO_MANY)
    except KeyRefused:
        return Takings({}, REFUSED)
    except ProcessorError:
        return Takings({}, UNREACHED)
    sums: dict[dt.date, int] = defaultdict(int, dict.fromkeys(days, 0))
    for one in moved:
        sums[practice.business_date(one.moment)] += one.cents
    return Takings(dict(sums))
