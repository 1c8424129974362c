"""What the front desk took in the weeks behind the practice: a drawer each weekday, counted and closed."""

import datetime as dt
import random
from typing import Any
from zoneinfo import ZoneInfo

from batches.closing import close_batch, count_batch
from batches.models import ReferenceBatch
from batches.selectors import get_breakdown
from batches.working import open_desk_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.methods import Method
from pops.core.practice.models import Facility
from pops.local.seed.data import TIME_ZONE
from receipts.issue import TransactionFacts
from receipts.models import Receipt
from receipts.taking import take_payment

# Each weekday of the last weeks, and before them one a week: so that the chart of the front page has a past.
DAILY, WEEKLY = 30, 84
COPAYS = [2000, 2500, 3000, 4000, 4500, 6500]
WAYS = [Method.CASH, Method.CARD, Method.CARD, Method.CHECK]
SATURDAY = 5


def make_desk_days(guarantors: list[Guarantor], *, now: dt.datetime, desk: User) -> None:
    """Take some payments a day at the desk and by mail. Chance of its own: the other samples stay as they are."""
    chance = random.Random(20260316)  # noqa: S311  the same practice each time
    local = now.astimezone(ZoneInfo(TIME_ZONE))
    for days_ago in range(WEEKLY, 1, -1):
        moment = (local - dt.timedelta(days=days_ago)).replace(hour=10, minute=chance.randint(0, 59))
        if moment.weekday() >= SATURDAY or (days_ago > DAILY and days_ago % 7):
            continue
        _make_day(chance.sample(guarantors, chance.randint(1, 3)), moment, desk, chance)


def _make_day(guarantors: list[Guarantor], moment: dt.datetime, desk: User, chance: random.Random) -> None:
    facility = chance.choice(list(Facility.objects.all()))
    batch = open_desk_batch(description="Front desk", today=moment.date(), by=desk, facility=facility)
    for n, guarantor in enumerate(guarantors):
        method, cents = chance.choice(WAYS), chance.choice(COPAYS)
        is_mail = method == Method.CHECK and chance.random() < 0.7
        take_payment(
            guarantor_id=guarantor.pk,
            tenders=[_tender(method, cents, chance)],
            channel=Receipt.Channel.MAIL if is_mail else Receipt.Channel.OFFICE,
            parts=None,
            now=moment + dt.timedelta(minutes=40 * n),
            today=moment.date(),
            by=desk,
            wants_email=False,
            knows_check=True,
        )
    _close(batch, moment.replace(hour=17), desk, short=chance.random() < 0.1)


def _tender(method: Method, cents: int, chance: random.Random) -> TransactionFacts:
    card = {"card_brand": chance.choice(["visa", "mastercard"]), "card_last4": "0077", "approval_code": "A1"}
    check = {"check_number": str(chance.randint(1000, 1999))}
    more: dict[str, Any] = {Method.CARD: card, Method.CHECK: check}.get(method, {})
    return TransactionFacts(number="", method=method.value, amount_cents=cents, requested_cents=cents, **more)


def _close(batch: ReferenceBatch, moment: dt.datetime, desk: User, *, short: bool) -> None:
    """Count what is there; now and then a dollar is missing."""
    counted = dict(get_breakdown(batch).expected)
    is_short = short and counted["cash"] > 0
    counted["cash"] -= 100 if is_short else 0
    count = count_batch(batch_id=batch.pk, counted=counted, by=desk)
    note = "A dollar short after two counts." if is_short else ""
    close_batch(batch_id=batch.pk, now=moment, by=desk, count_id=count.pk, note=note)
