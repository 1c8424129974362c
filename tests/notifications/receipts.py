"""Receipts as their mails need them: any number, any kind, any tenders."""

from typing import Any

from django.db import transaction

from batches.models import ReferenceBatch
from pops.core.accounts.models import Guarantor
from receipts.models import Receipt, Transaction
from tests.factories.accounts import GuarantorFactory
from tests.moments import NOON, TODAY

VISA = {"method": "card", "card_brand": "visa", "card_last4": "4242", "card_expiry": "12/2030"}


def make_receipt(
    tenders: dict[str, tuple[int, dict[str, Any]]],
    *,
    number: int = 90234,  # lower than those that POPS gives, or it might be that of a receipt which a test took
    guarantor: Guarantor | None = None,
    refund_of: Receipt | None = None,
) -> Receipt:
    """A receipt over tenders: cents and what they were paid with, by transaction number."""
    guarantor = guarantor or GuarantorFactory(account_number="48210")
    with transaction.atomic():
        receipt = Receipt.objects.create(
            number=number,
            guarantor=guarantor,
            batch=ReferenceBatch.objects.get(),
            kind="refund" if refund_of else "payment",
            refund_of=refund_of,
            reason="Paid twice" if refund_of else "",
            status="paid",
            channel="office",
            amount_cents=sum(cents for cents, _ in tenders.values()),
            received_on=TODAY,
            received_at=NOON,
            guarantor_name=guarantor.name,
            account_number=guarantor.account_number,
        )
        for name, (cents, how) in tenders.items():
            Transaction.objects.create(receipt=receipt, number=name, amount_cents=cents, requested_cents=cents, **how)
    return receipt
