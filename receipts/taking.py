"""Money that people take at the desk or by mail: receipt, postings and email, in one transaction."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from batches.working import get_batch_for_payment
from pops.core.access.models import User
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.locks import Held, hold, hold_each
from pops.core.methods import Method
from pops.core.prepared import Prepared
from pops.core.refusals import Refused, refuse
from pops.core.transactions import joined
from pops.core.words import day
from receipts.balances import find_check_taken, was_taken_just_now
from receipts.copays import CopayFor, choose_for_copay, note_copay
from receipts.corrections.escrow import choose_lines
from receipts.issue import TransactionFacts, issue_receipt, post_to_lines
from receipts.models import CashTendered, Receipt, Transaction
from receipts.owed import lock_patients, why_not_as_seen

LONGEST_REASON = 300


class TakenJustNow(Refused):
    """Money of this guarantor was received a moment ago, and nobody said why there is more."""

    def __init__(self) -> None:
        words = "A payment of this guarantor was taken a short while ago. Say why there is a second one."
        super().__init__("taken_just_now", words)


class CheckTaken(Refused):
    """A check of this number was taken from this guarantor before, and nobody said that this is another."""

    def __init__(self, taken: Transaction) -> None:
        receipt = taken.receipt
        words = f"Check {taken.check_number} of {receipt.guarantor_name} was taken on {day(receipt.received_on)}"
        super().__init__(
            "check_taken", f"{words}, on receipt {receipt.pk}. Look at the number, or say that it is right."
        )


@dataclass(frozen=True)
class Taking:
    """How money is taken: by which channel, when, by whom, and what that person knows about earlier money."""

    channel: Receipt.Channel
    now: dt.datetime
    today: dt.date
    by: User
    wants_email: bool = True
    second_reason: str = ""
    knows_check: bool = False
    memo: str = ""


def why_not_take(guarantor: Guarantor) -> Refused | None:
    """Why no money that people take is entered on an account."""
    if guarantor.is_trial:
        words = "This is the trial account of the set-up guide: nobody's. It pays online, and gets that back."
        return Refused("trial_account", words)
    return why_not_use(guarantor)


def take_payment(
    *,
    guarantor_id: int,
    tenders: list[TransactionFacts],
    channel: Receipt.Channel,
    parts: Mapping[int, int] | None,
    now: dt.datetime,
    today: dt.date,
    by: User,
    wants_email: bool = True,
    second_reason: str = "",
    knows_check: bool = False,
    seen: Mapping[int, int] | None = None,
    copay: CopayFor | None = None,
    memo: str = "",
    tendered_cents: int | None = None,
) -> int:
    """Record money in the batch that `by` works in and return the receipt's number.

    `parts` are cents by service line, None for the oldest first, empty for none; the rest is escrow. `seen` are the
    cents that `by` saw owed, by line. A `copay` goes to its visit alone, and waits for its charge; `memo` says what
    other money is for. `tendered_cents` were handed over for what is paid in cash. Raises NoAttachedBatch, Refused,
    BalanceChanged, CheckTaken unless `by` knows the check, and TakenJustNow unless there is a reason for a second one.
    """
    taking = Taking(channel, now, today, by, wants_email, second_reason, knows_check, memo)
    with joined():
        held = hold(days=[today], guarantor=guarantor_id)
        number = _take(held, tenders, parts, taking, seen, copay)
        if tendered_cents:
            _note_tendered(number, tenders, tendered_cents)
    return number


def take_shared_check(
    *,
    number: str,
    shares: Mapping[int, int],
    taking: Taking,
    is_escrow: bool = False,
    seen: Mapping[int, Mapping[int, int]] | None = None,
) -> list[int]:
    """Record one check that pays for several guarantors, cents by guarantor, and return the receipts' numbers.

    All or none. Each share goes to the oldest balances first, or waits in escrow. It stays one check: on the deposit
    slip it is one line. `seen` is as for take_payment(), by guarantor. Raises what take_payment() raises.
    """
    if len(shares) < 2:
        raise Refused("not_shared", "A check for several accounts needs two of them at least.")
    check = str(uuid.uuid4())
    with joined():
        held = hold_each(days=[taking.today], guarantors=shares)
        lock_patients(shares)
        return [
            _take(
                held[guarantor],
                [TransactionFacts("", Method.CHECK.value, cents, cents, check_number=number, shared_check=check)],
                {} if is_escrow else None,
                taking,
                None if seen is None else seen.get(guarantor, {}),
            )
            for guarantor, cents in shares.items()
        ]


@Prepared
def _guarantors(pk: Any) -> QuerySet[Guarantor]:
    return Guarantor.objects.filter(pk=pk)


def _get_guarantor(pk: int) -> Guarantor:
    guarantor = _guarantors.find(pk=pk)
    if guarantor is None:
        raise Guarantor.DoesNotExist
    return guarantor


def _take(
    held: Held,
    tenders: list[TransactionFacts],
    parts: Mapping[int, int] | None,
    taking: Taking,
    seen: Mapping[int, int] | None,
    copay: CopayFor | None = None,
) -> int:
    """Issue the receipt of the guarantor who is held."""
    amount = _add_up(tenders)
    guarantor = _get_guarantor(held.guarantor_id or 0)
    refuse(why_not_take(guarantor))
    batch = get_batch_for_payment(held, today=taking.today, by=taking.by)
    refuse(why_not_as_seen(guarantor, seen))
    reason = _reason(guarantor, tenders, taking)
    wanted = choose_for_copay(guarantor, copay, cents=amount) if copay else parts
    chosen = {} if wanted is None else choose_lines(guarantor, cents=amount, wanted=wanted)
    number = issue_receipt(
        held,
        guarantor_id=guarantor.pk,
        batch_id=batch.pk,
        channel=taking.channel,
        received_on=taking.today,
        received_at=taking.now,
        transactions=tenders,
        auto_post=wanted is None,
        issued_by=taking.by,
        reason=reason,
        mail=taking.wants_email,
    )
    post_to_lines(held, receipt_number=number, batch_id=batch.pk, parts=chosen, by=taking.by, is_new=True)
    if copay:
        note_copay(receipt_number=number, copay=copay)
    return number


def _note_tendered(number: int, tenders: list[TransactionFacts], cents: int) -> None:
    """Keep what was handed over, so that the receipt says the change whenever it is printed."""
    cash = sum(tender.amount_cents for tender in tenders if tender.method == Method.CASH)
    if cents < cash or not cash:
        raise Refused("tendered_too_little", "Less cash was handed over than is paid in cash. Look at both amounts.")
    CashTendered.objects.create(receipt_id=number, cents=cents)


def _add_up(tenders: list[TransactionFacts]) -> int:
    if not tenders or any(tender.amount_cents <= 0 for tender in tenders):
        raise Refused("no_amount", "Enter at least one amount above $0.00.")
    return sum(tender.amount_cents for tender in tenders)


def _reason(guarantor: Guarantor, tenders: list[TransactionFacts], taking: Taking) -> str:
    """What is kept about money that looks like money taken before. Raises CheckTaken, TakenJustNow."""
    numbers = [tender.check_number for tender in tenders if tender.check_number]
    if len(set(numbers)) < len(numbers) and not taking.knows_check:
        raise Refused(
            "check_taken", f"Check {numbers[0]} is entered twice. Look at the numbers, or say that it is right."
        )
    known = [_known_check(guarantor, number, taking) for number in numbers]
    return " ".join(filter(None, [taking.memo.strip(), _reason_for_second(guarantor, taking), *known]))[:LONGEST_REASON]


def _known_check(guarantor: Guarantor, number: str, taking: Taking) -> str:
    taken = find_check_taken(guarantor, number)
    if taken is None:
        return ""
    if not taking.knows_check:
        raise CheckTaken(taken)
    return f"Check {number} was taken before, on receipt {taken.receipt_id}; said to be right."


def _reason_for_second(guarantor: Guarantor, taking: Taking) -> str:
    """Why there is a second payment; empty when there was none just now. Raises TakenJustNow without a reason."""
    if not was_taken_just_now(guarantor, now=taking.now):
        return ""
    if not taking.second_reason.strip():
        raise TakenJustNow
    return taking.second_reason.strip()
