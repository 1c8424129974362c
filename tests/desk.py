"""The desk's side of a test: a batch to work in and money taken at the desk."""

import datetime as dt
from typing import Any

from django.utils import timezone

from batches.models import ReferenceBatch
from batches.services import open_desk_batch
from payments.desk import take_payment
from pops.accounts.models import Guarantor, User
from pops.practice.models import Practice
from receipts.models import Receipt
from receipts.services import TransactionFacts
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.factories.practice import PracticeFactory


def today() -> dt.date:
    """The practice's own."""
    PracticeFactory()
    return Practice.objects.get().business_date(timezone.now())


def clerk(name: str = "Dana Whitfield") -> User:
    user: User = UserFactory(is_staff=True, name=name)
    return user


def batch_of(user: User, description: str = "Front desk") -> ReferenceBatch:
    """Open a batch of today and work in it."""
    return open_desk_batch(description=description, today=today(), by=user)


def tender(cents: int, method: str = "cash", **more: Any) -> TransactionFacts:
    return TransactionFacts(number="", method=method, amount_cents=cents, requested_cents=cents, **more)


def take(
    by: User,
    *tenders: TransactionFacts,
    guarantor: Guarantor | None = None,
    parts: dict[int, int] | None = None,
    reason: str = "Another bill",
) -> Receipt:
    """A payment at the desk into the batch that `by` works in; $50.00 in cash unless told otherwise."""
    number = take_payment(
        guarantor_id=(guarantor or GuarantorFactory()).pk,
        tenders=list(tenders) or [tender(5000)],
        channel=Receipt.Channel.OFFICE,
        parts=parts,
        by=by,
        second_reason=reason,
    )
    return Receipt.objects.get(pk=number)
