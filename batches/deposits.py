"""Deposits: the cash and checks of one or several closed batches, brought to the bank in one bag."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from batches.holding import lock_batches
from batches.models import BatchClose, Deposit, DepositBatch, ReferenceBatch
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse

NOTHING = Refused("nothing_to_deposit", "There is no money for the bank in what you chose.")


@dataclass(frozen=True)
class DepositFacts:
    """What stands on a slip beside the money."""

    deposited_on: dt.date
    bank: str
    bag_number: str = ""
    note: str = ""


def find_undeposited() -> QuerySet[ReferenceBatch]:
    """Closed batches of the desk whose money is in no deposit yet, the oldest first."""
    closed = [ReferenceBatch.Status.CLOSED, ReferenceBatch.Status.ARCHIVED]
    return ReferenceBatch.objects.filter(status__in=closed, is_api=False, deposited=None).order_by("batch_date", "pk")


def get_last_close(batch: ReferenceBatch) -> BatchClose:
    """The close by which a batch is closed now."""
    [close] = get_last_closes([batch])
    return close


def get_last_closes(batches: Iterable[ReferenceBatch]) -> list[BatchClose]:
    """The closes by which batches are closed now, in the order of the batches' ids."""
    closes = BatchClose.objects.filter(batch__in=[batch.pk for batch in batches])
    closes = closes.select_related("count", "batch", "deposited").prefetch_related("tenders", "count__tenders")
    return list(closes.order_by("batch_id", "-pk").distinct("batch_id"))


def find_money_for_the_bank(*, latest: int) -> dict[int, int]:
    """What there is for the bank, in cents by batch, of the latest that are in no deposit yet; never nothing."""
    newest = list(find_undeposited().order_by("-pk")[:latest])
    cents = {one.batch_id: one.deposit_cash_cents + one.deposit_check_cents for one in get_last_closes(newest)}
    return {batch_id: amount for batch_id, amount in cents.items() if amount}


def find_bank() -> str:
    """The bank of the last deposit: most practices have one."""
    return Deposit.objects.order_by("-pk").values_list("bank", flat=True).first() or ""


def why_not_deposit(batch: ReferenceBatch) -> Refused | None:
    """Why the money of a batch can't go into a deposit."""
    if batch.is_open or batch.is_api:
        words = f"{batch.title} has no money for the bank: only a closed batch of the desk has."
        return Refused("batch_not_closed", words)
    if hasattr(batch, "deposited"):
        return Refused("deposited_before", f"{batch.title} is in a deposit already.")
    return None


def make_deposit(*, batch_ids: Iterable[int], facts: DepositFacts, by: User) -> Deposit:
    """Put the money of closed batches into one deposit, as it was counted at their closes. Raises Refused."""
    with transaction.atomic():
        batches = lock_batches(batch_ids=batch_ids)
        prefetch_related_objects(batches, "deposited")
        for batch in batches:
            refuse(why_not_deposit(batch))
        closes = get_last_closes(batches)
        deposit = _write(closes, facts, by)
        DepositBatch.objects.bulk_create(
            DepositBatch(
                deposit=deposit,
                batch=close.batch,
                close=close,
                cash_cents=close.deposit_cash_cents,
                check_cents=close.deposit_check_cents,
            )
            for close in closes
        )
    return deposit


def _write(closes: list[BatchClose], facts: DepositFacts, by: User) -> Deposit:
    cash = sum(close.deposit_cash_cents for close in closes)
    checks = sum(close.deposit_check_cents for close in closes)
    if cash + checks <= 0:
        raise NOTHING
    return Deposit.objects.create(
        deposited_on=facts.deposited_on,
        bank=facts.bank.strip(),
        bag_number=facts.bag_number.strip(),
        note=facts.note.strip(),
        cash_cents=cash,
        check_cents=checks,
        made_by=by,
    )
