"""Credit: a guarantor applies what nobody else has a claim to, by a button of the portal."""

import datetime as dt

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from batches.opening import open_api_batch
from batches.working import get_batch_for_payment
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.locks import Held, hold
from pops.core.refusals import Refused
from pops.core.transactions import joined
from receipts.balances import find_applied_lines, is_disputed
from receipts.corrections.escrow import NoService, apply_escrow, get_applicable_cents
from receipts.models import Receipt
from receipts.owed import find_payable_lines, find_surplus, get_balances, lock_lines


def find_free_credit(guarantor: Guarantor) -> list[tuple[Receipt, int]]:
    """The guarantor's receipts with credit that nobody else has a claim to, oldest first, each with its cents.

    What is disputed, or on its way back to a card, is not theirs to use; nor is a copay before its visit is charged.
    """
    free = [(receipt, get_applicable_cents(receipt)) for receipt in _with_credit(guarantor)]
    return [(receipt, cents) for receipt, cents in free if cents and not is_disputed(receipt)]


def _with_credit(guarantor: Guarantor) -> QuerySet[Receipt]:
    """The receipts that have credit, oldest first, whoever has a claim to it."""
    # A copay waits for its visit's charge.
    waits = Q(copay__isnull=False, applied_cents=0)
    has_credit = Q(amount_cents__gt=F("applied_cents")) | Q(pk__in=find_surplus(guarantor.pk))
    return (
        guarantor.receipts.filter(status=Receipt.Status.PAID, void=None)
        .exclude(kind__in=Receipt.GIVEN_BACK)
        .annotate(applied_cents=Coalesce(Sum("postings__amount_cents"), 0))
        .filter(has_credit)
        .exclude(waits)
        .order_by("received_at", "number")
    )


def get_usable_credit(guarantor: Guarantor, *, current_cents: int, at_desk: bool = False) -> int:
    """How much of the credit the guarantor can apply to a Current Balance now, in cents.

    Nothing where Auto-Post is off: there the practice decides what money is applied to, which it does at the desk.
    """
    if current_cents <= 0 or not (guarantor.group.auto_post or at_desk):
        return 0
    return min(current_cents, sum(cents for _, cents in find_free_credit(guarantor)))


def why_not_use_credit(guarantor: Guarantor, *, current_cents: int) -> Refused | None:
    """Why the desk can apply no credit to a Current Balance now. The first that is free is enough to know."""
    if current_cents > 0 and any(get_applicable_cents(one) and not is_disputed(one) for one in _with_credit(guarantor)):
        return None
    words = "No credit can be applied now: none is free, or nothing is owed. A copay waits for its visit."
    return Refused("no_credit", words)


def use_credit(*, guarantor_id: int, today: dt.date, by: User, at_desk: bool = False) -> int:
    """Apply a guarantor's credit to what they owe, oldest receipt and oldest balance first. The cents applied.

    The postings go into the day's API Payments batch, as the portal's payments do; at the desk into the one that `by`
    works in. Raises PeriodLocked, NoAttachedBatch, and Refused when there is nothing to apply, or nothing to apply it
    to: such as the second time that a form is sent.
    """
    with joined():
        held = hold(days=[today], guarantor=guarantor_id)
        guarantor = Guarantor.objects.select_related("group").get(pk=guarantor_id)
        left = get_usable_credit(guarantor, current_cents=get_balances(guarantor).current_cents, at_desk=at_desk)
        if not left:
            raise NoService
        batch_id, applied = _choose_batch(held, today, by, at_desk=at_desk), 0
        credit = find_free_credit(guarantor)
        _lock_all(guarantor, [receipt for receipt, _ in credit])
        for receipt, free in credit:
            if applied < left:
                cents = min(free, left - applied)
                applied += apply_escrow(held, receipt=receipt, cents=cents, parts=None, batch_id=batch_id, by=by)
    return applied


def _lock_all(guarantor: Guarantor, receipts: list[Receipt]) -> None:
    """What is owed, and what the receipts paid for: each is applied by itself."""
    if len(receipts) > 1:
        paid_for = [line for receipt in receipts for line in find_applied_lines(receipt)]
        lock_lines([*paid_for, *(line.pk for line in find_payable_lines(guarantor))])


def _choose_batch(held: Held, today: dt.date, by: User, *, at_desk: bool) -> int:
    return get_batch_for_payment(held, today=today, by=by).pk if at_desk else open_api_batch(held, batch_date=today)
