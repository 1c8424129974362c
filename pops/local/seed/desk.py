"""What the front desk took in the weeks behind the practice: a drawer each weekday with its float, counted, closed, and
brought to the bank. Yesterday's is still to be counted."""

import datetime as dt
import random
from typing import Any
from zoneinfo import ZoneInfo

from batches.breakdown import get_breakdown
from batches.cash import move_cash
from batches.closing import Closing
from batches.counting import count_batch
from batches.day import close_day
from batches.deposits import DepositFacts
from batches.models import DrawerMovement, ReferenceBatch
from batches.working import detach_batch, open_desk_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.methods import Method
from pops.core.practice.models import Facility
from pops.local.seed.data import TIME_ZONE
from receipts.corrections.returned import Notice, Reason, return_money
from receipts.issue import TransactionFacts
from receipts.models import Receipt, Transaction
from receipts.taking import take_payment

# Each weekday of the last weeks, and before them one a week: so that the chart of the front page has a past.
DAILY, WEEKLY = 30, 84
COPAYS = [2000, 2500, 3000, 4000, 4500, 6500]
WAYS = [Method.CASH, Method.CARD, Method.CARD, Method.CHECK]
SATURDAY = 5
FLOAT, BANK = 15_000, "First Lakeside Bank"
# What a count was off by, and why, once in a while.
OFF = [
    (-100, "A dollar short after two counts."),
    (-500, "A five was given as change for a ten."),
    (200, "Two dollars over."),
]


def make_desk_days(guarantors: list[Guarantor], *, now: dt.datetime, desk: list[User]) -> None:
    """Take some payments a day at the desk and by mail. Chance of its own: the other samples stay as they are."""
    chance = random.Random(20260316)  # noqa: S311  the same practice each time
    local = now.astimezone(ZoneInfo(TIME_ZONE))
    for days_ago in range(WEEKLY, 0, -1):
        moment = (local - dt.timedelta(days=days_ago)).replace(hour=10, minute=chance.randint(0, 59))
        # Yesterday's is there whatever day that was: it was forgotten, and is the first to be counted.
        if days_ago > 1 and (moment.weekday() >= SATURDAY or (days_ago > DAILY and days_ago % 7)):
            continue
        clerk = desk[1 if days_ago % 3 == 0 else 0]
        batch = _make_day(chance.sample(guarantors, chance.randint(1, 3)), moment, clerk, chance)
        if days_ago == 1:
            _send_back_a_check(moment + dt.timedelta(hours=3), clerk)
        if days_ago > 1:
            _close(batch, moment.replace(hour=17), clerk, chance)
        detach_batch(by=clerk)


def _make_day(guarantors: list[Guarantor], moment: dt.datetime, desk: User, chance: random.Random) -> ReferenceBatch:
    facility = chance.choice(list(Facility.objects.all()))
    batch = open_desk_batch(
        description="Front desk", today=moment.date(), by=desk, facility=facility, float_cents=FLOAT
    )
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
    if moment.day % 3 == 0 or not chance.randrange(5):
        kind = DrawerMovement.Kind.PAID_OUT
        move_cash(batch_id=batch.pk, kind=kind, cents=1260, reason="Stamps for the statements", by=desk)
    return batch


def _send_back_a_check(moment: dt.datetime, desk: User) -> None:
    """The bank's notice of yesterday: the last check that was brought there bounced."""
    checks = Transaction.objects.filter(method=Method.CHECK, receipt__batch__status=ReferenceBatch.Status.CLOSED)
    notice = Notice(Reason.FUNDS, moment.date(), "Second notice this year: ask for another way.")
    return_money(transaction_id=checks.latest("pk").pk, notice=notice, now=moment, today=moment.date(), by=desk)


def _tender(method: Method, cents: int, chance: random.Random) -> TransactionFacts:
    card = {"card_brand": chance.choice(["visa", "mastercard"]), "card_last4": "0077", "approval_code": "A1"}
    check = {"check_number": str(chance.randint(1000, 1999))}
    more: dict[str, Any] = {Method.CARD: card, Method.CHECK: check}.get(method, {})
    return TransactionFacts(number="", method=method.value, amount_cents=cents, requested_cents=cents, **more)


def _close(batch: ReferenceBatch, moment: dt.datetime, desk: User, chance: random.Random) -> None:
    """Count what is there, now and then a little off, and bring it to the bank."""
    cents, note = chance.choice(OFF) if chance.random() < 0.2 else (0, "")
    counted = dict(get_breakdown(batch).due)
    counted["cash"] += cents
    count = count_batch(batch_id=batch.pk, counted=counted, by=desk)
    facts = DepositFacts(deposited_on=moment.date(), bank=BANK, bag_number=f"7{moment:%j}")
    close_day(closings=[Closing(batch.pk, count_id=count.pk, note=note)], deposit=facts, now=moment, by=desk)
