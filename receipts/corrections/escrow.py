"""Escrow: money that waits is applied to services later, or flagged as not belonging here."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from batches.services import get_attached_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.accounts.selectors import service_lines
from receipts.balances import get_on_the_way_cents, get_receipt_balance, is_disputed
from receipts.corrections.common import CorrectionRefused, lock_guarantor, require_reason, take_in_order
from receipts.issue import post_to_lines
from receipts.models import Disbursement, Receipt


def choose_lines(guarantor: Guarantor, cents: int, wanted: Mapping[int, int] | None) -> dict[int, int]:
    """The cents that go to each line: those wanted, or to the oldest balances first as far as they reach.

    Raises CorrectionRefused for a line that isn't the guarantor's, is in collections, or owes less.
    """
    owed = {line.pk: line.remaining_cents for line in service_lines(guarantor) if not line.encounter.in_collections}
    if wanted is None:
        return take_in_order(cents, {line: part for line, part in owed.items() if part > 0})
    for line, part in wanted.items():
        if part <= 0 or part > owed.get(line, 0):
            raise CorrectionRefused("A service can't take more than what remains of it. Look at the balances again.")
    if sum(wanted.values()) > cents:
        raise CorrectionRefused("This is more than the money there is to apply.")
    return dict(wanted)


def post_escrow(*, receipt_number: int, parts: Mapping[int, int] | None, today: dt.date, by: User) -> int:
    """Apply escrow of a receipt to services: cents by line, or None for the oldest first. The cents applied.

    The postings go into the batch that `by` works in. Raises NoAttachedBatch, CorrectionRefused.
    """
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        guarantor = lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        chosen = choose_lines(guarantor, _get_escrow(receipt), parts)
        if not chosen:
            raise CorrectionRefused("There is no service that this money could be applied to.")
        post_to_lines(receipt_number=receipt_number, guarantor_id=guarantor_id, batch_id=batch.pk, parts=chosen, by=by)
    return sum(chosen.values())


def disburse_escrow(*, receipt_number: int, cents: int, reason: str, today: dt.date, by: User) -> Disbursement:
    """Mark escrow of a receipt as money that doesn't belong here. Raises NoAttachedBatch, CorrectionRefused."""
    reason = require_reason(reason)
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        if is_disputed(receipt):
            raise CorrectionRefused("The cardholder disputes this payment: the bank decides first.")
        if not 0 < cents <= _get_escrow(receipt) - get_on_the_way_cents(receipt):
            raise CorrectionRefused("This is more than the escrow of this receipt.")
        return Disbursement.objects.create(
            receipt=receipt, batch=batch, amount_cents=cents, reason=reason, disbursed_by=by
        )


def _get_escrow(receipt: Receipt) -> int:
    if receipt.kind == Receipt.Kind.REFUND:
        raise CorrectionRefused("This is a refund: it holds no escrow.")
    return get_receipt_balance(receipt).escrow_cents
