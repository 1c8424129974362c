"""What became of a receipt after it was issued. Amounts in cents."""

import datetime as dt
from dataclasses import dataclass

from pops.core.words import shown
from receipts.models import Disbursement, Posting, Receipt

SET_ASIDE = "Set aside, as it does not belong to your account here"
NO_LONGER_SET_ASIDE = "No longer set aside"


@dataclass(frozen=True)
class Later:
    """What became of a part of this receipt after it was issued. Negative when a posting was taken back."""

    moment: dt.datetime
    text: str
    amount: int


def printed_postings(receipt: Receipt) -> list[Posting]:
    """What was posted with the receipt itself, at the very moment of its issue. All other postings came after."""
    return [posting for posting in receipt.postings.all() if posting.posted_at == receipt.issued_at]


def find_later(receipt: Receipt, *, sees_confidential: bool) -> list[Later]:
    """What was done with escrow after the receipt was issued, oldest first. A void says all that there is to say."""
    if hasattr(receipt, "void") or not receipt.is_paid:
        return []
    printed = set(printed_postings(receipt))
    later = [
        Later(posting.posted_at, _words(posting, sees_confidential), posting.amount_cents)
        for posting in receipt.postings.all()
        if posting not in printed
    ]
    later += [
        Later(row.disbursed_at, SET_ASIDE if row.amount_cents > 0 else NO_LONGER_SET_ASIDE, row.amount_cents)
        for row in Disbursement.objects.filter(receipt=receipt)
    ]
    return sorted(later, key=lambda row: row.moment)


def _words(posting: Posting, sees_confidential: bool) -> str:
    verb = "Applied to" if posting.amount_cents > 0 else "Taken back from"
    if posting.is_hidden and not sees_confidential:
        return f"{verb} other services"
    return f"{verb} {shown(posting.description)}, {shown(posting.patient_name)}, Service ID {shown(posting.service_id)}"
