"""The desk's side of a test: a batch to work in and money taken at the desk."""

import datetime as dt
import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from batches.closing import close_batch
from batches.counting import count_batch
from batches.models import BatchCount, BatchDocument, ReferenceBatch
from batches.reopening import reopen_batch
from batches.working import get_attached_batch, open_desk_batch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.locks import hold
from pops.core.methods import Tender
from pops.core.practice.models import Practice
from receipts.corrections.returned import Notice, Reason, return_money
from receipts.corrections.void import write_void
from receipts.issue import TransactionFacts
from receipts.models import Receipt
from receipts.taking import take_payment
from tests.factories.accounts import GuarantorFactory
from tests.factories.practice import PracticeFactory
from tests.factories.staff import MANAGER, member


def today() -> dt.date:
    """The practice's own."""
    PracticeFactory()
    return Practice.objects.get().business_date(timezone.now())


def clerk(name: str = "Dana Whitfield") -> User:
    return member(MANAGER, name=name)


def batch_of(user: User, description: str = "Front desk") -> ReferenceBatch:
    """Open a batch of today and work in it."""
    return open_desk_batch(description=description, today=today(), by=user)


def attached_batch(by: User, *, on: dt.date | None = None) -> ReferenceBatch:
    """The batch that somebody works in, as the services see it."""
    date = on or today()
    with transaction.atomic():
        return get_attached_batch(hold(days=[date]), today=date, by=by)


def reopen(batch: ReferenceBatch, by: User, *, reason: str = "A check was forgotten.") -> ReferenceBatch:
    """Open a closed batch again, once the files of its close are there."""
    keep_files(batch)
    return reopen_batch(batch_id=batch.pk, reason=reason, by=by)


def tender(cents: int, method: str = "cash", **more: Any) -> TransactionFacts:
    return TransactionFacts(number="", method=method, amount_cents=cents, requested_cents=cents, **more)


def take(
    by: User,
    *tenders: TransactionFacts,
    guarantor: Guarantor | None = None,
    parts: dict[int, int] | None = None,
    reason: str = "Another bill",
    ago: dt.timedelta = dt.timedelta(),
) -> Receipt:
    """A payment at the desk into the batch that `by` works in; $50.00 in cash unless told otherwise."""
    number = take_payment(
        guarantor_id=(guarantor or GuarantorFactory()).pk,
        tenders=list(tenders) or [tender(5000)],
        channel=Receipt.Channel.OFFICE,
        parts=parts,
        now=timezone.now() - ago,
        today=today(),
        by=by,
        second_reason=reason,
    )
    return Receipt.objects.get(pk=number)


def send_back(receipt: Receipt, by: User, *, method: str = "check", **notice: Any) -> Receipt:
    """What the bank took back of a receipt, entered today. The receipt of it."""
    moved = receipt.transactions.get(method=method)
    said = Notice(**{"reason": Reason.FUNDS, "learned_on": today(), **notice})
    made = return_money(transaction_id=moved.pk, notice=said, now=timezone.now(), today=today(), by=by)
    return Receipt.objects.get(pk=made[0])


def void_returned(receipt: Receipt, by: User, *, reason: str = "Mistake") -> None:
    """Void a payment made online, whose money the processor has given back."""
    with transaction.atomic():
        held = hold(alone=[receipt.received_on], guarantor=receipt.guarantor_id)
        write_void(
            held,
            receipt_number=receipt.pk,
            reason=reason,
            today=receipt.received_on,
            by=by,
            returned_by_processor=True,
        )


def count_out(batch: ReferenceBatch, by: User, *, reason: str = "", **counted: int) -> BatchCount:
    """Keep what was counted, in cents by tender."""
    cents = {tender: counted.get(tender, 0) for tender in Tender}
    return count_batch(batch_id=batch.pk, counted=cents, by=by, reason=reason)


def keep_files(batch: ReferenceBatch) -> None:
    """Let the files of its closes be there, as a worker makes them."""
    for made in batch.closes.filter(documents=None):
        for kind in BatchDocument.Kind:
            content = f"{kind} of close {made.pk}".encode()
            name = default_storage.save(f"batches/{kind}-{made.pk}", ContentFile(content))
            digest = hashlib.sha256(content).hexdigest()
            BatchDocument.objects.create(close=made, kind=kind, file=name, sha256=digest)


def close(
    batch: ReferenceBatch, by: User, *, note: str = "", seen: dict[str, int] | None = None, **counted: int
) -> ReferenceBatch:
    """Count a batch, in cents by tender, and close it."""
    made = count_out(batch, by, **counted)
    return close_batch(batch_id=batch.pk, now=timezone.now(), by=by, count_id=made.pk, note=note, expected_seen=seen)
