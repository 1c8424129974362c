"""The itemized receipt: everything that it prints, in the order and the words it prints it. Amounts in cents.

A stored PDF shows the receipt as it was issued. What happened to the money after that (`after`) is shown on
screen only.
"""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import QuerySet

from pops.core.methods import method_words
from pops.core.words import shown
from receipts.models import Disbursement, Posting, Receipt, Standing, Transaction
from receipts.wording import KINDS, STANDINGS, KindWords

# A receipt with the payment that it belongs to and all that became of that one, by refund or failed refund.
FAMILY = """
WITH RECURSIVE up AS (
    SELECT number, refund_of_id FROM receipts_receipt WHERE number = %(number)s
    UNION ALL SELECT r.number, r.refund_of_id FROM receipts_receipt r JOIN up ON r.number = up.refund_of_id
), down AS (
    SELECT number FROM up WHERE refund_of_id IS NULL
    UNION ALL SELECT r.number FROM receipts_receipt r JOIN down ON r.refund_of_id = down.number
)
SELECT r.number, r.guarantor_id, r.received_on, r.kind, r.amount_cents, v.voided_at
FROM down JOIN receipts_receipt r USING (number)
LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
ORDER BY r.number
"""


SET_ASIDE = "Set aside, as it does not belong to your account here"
NO_LONGER_SET_ASIDE = "No longer set aside"


@dataclass(frozen=True)
class Amounts:
    """What a service line came to. Billed less the next three is what remains."""

    billed: int = 0
    adjusted: int = 0  # by the practice, or waiting for insurance
    insurance_paid: int = 0
    patient_paid: int = 0
    remaining: int = 0
    applied: int = 0  # by this receipt; part of what the patient paid
    pending: int = 0  # the part of `adjusted` that waits for insurance

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Amounts)))


@dataclass(frozen=True)
class Line:
    """One service line as it stood when this receipt was applied to it."""

    service_date: dt.date
    service_id: str
    description: str
    amounts: Amounts


@dataclass(frozen=True)
class Visit:
    """The lines of one patient with one provider at one facility."""

    patient: str
    provider: str
    lines: list[Line]
    total: Amounts


@dataclass(frozen=True)
class Place:
    """A facility and its visits."""

    facility: str
    visits: list[Visit]


@dataclass(frozen=True)
class Movement:
    """One transaction: by which method, how much, and why not if it was not processed."""

    number: str
    method: str
    amount: int
    requested: int
    reason: str


@dataclass(frozen=True)
class Relative:
    """A receipt of the same money: the payment, a refund of it, or a refund that failed."""

    number: int
    received_on: dt.date
    label: str
    amount: int
    is_void: bool
    is_this: bool


@dataclass(frozen=True)
class Later:
    """What became of a part of this receipt after it was issued. Negative when a posting was taken back."""

    moment: dt.datetime
    text: str
    amount: int


@dataclass(frozen=True)
class Itemized:
    """A receipt, ready to be printed."""

    receipt: Receipt
    guarantor: str
    account_number: str
    movements: list[Movement]
    places: list[Place]
    total: Amounts
    line_count: int
    relatives: list[Relative]
    after: list[Later]

    @property
    def standing(self) -> Standing:
        """How the receipt stands now."""
        return self.receipt.standing

    @property
    def words(self) -> KindWords:
        """What its parts are called."""
        return KINDS[Receipt.Kind(self.receipt.kind)]

    @property
    def document_title(self) -> str:
        """What stands on top of every page on paper."""
        return STANDINGS[self.standing].document_title.format(self.receipt.number)

    @property
    def page_title(self) -> str:
        """What the portal's page is called."""
        return STANDINGS[self.standing].page_title.format(self.receipt.number)

    @property
    def date_label(self) -> str:
        """What the receipt's date is called."""
        return STANDINGS[self.standing].date

    @property
    def escrow(self) -> int:
        """What was not applied to a service when the receipt was issued."""
        return self.receipt.amount_cents - self.total.applied

    @property
    def requested(self) -> int:
        """What was asked to be paid, whether it was or not."""
        return sum(movement.requested for movement in self.movements)

    @property
    def net(self) -> int:
        """What is left of the payment after its refunds."""
        return sum(relative.amount for relative in self.relatives if not relative.is_void)

    @property
    def has_relatives(self) -> bool:
        return len(self.relatives) > 1


def itemize(receipt: Receipt) -> Itemized:
    """The receipt as a guarantor sees it now."""
    return _itemize(receipt, _family(receipt), _after(receipt))


def itemize_as_issued(receipt: Receipt) -> Itemized:
    """The receipt as it was the moment it was issued: the same whenever it is asked for."""
    family = [
        relative
        for relative in _family(receipt, as_of=receipt.issued_at)
        if relative.number <= receipt.number  # a payment knows nothing of its later refunds
    ]
    return _itemize(receipt, family, [])


def for_itemizing(receipts: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Receipts with all that itemize() reads."""
    return receipts.select_related("void").prefetch_related("transactions", "postings")


def _itemize(receipt: Receipt, relatives: list[Relative], after: list[Later]) -> Itemized:
    postings = sorted(printed_postings(receipt), key=_place_in_order)
    lines = [_line(posting) for posting in postings]
    return Itemized(
        receipt=receipt,
        guarantor=shown(receipt.guarantor_name),
        account_number=shown(receipt.account_number),
        movements=[_movement(row) for row in sorted(receipt.transactions.all(), key=lambda row: row.pk)],
        places=_group(postings, lines),
        total=sum((line.amounts for line in lines), Amounts()),
        line_count=len(lines),
        relatives=relatives,
        after=after,
    )


def printed_postings(receipt: Receipt) -> list[Posting]:
    """What was posted with the receipt itself, at the very moment of its issue. All other postings came after."""
    return [posting for posting in receipt.postings.all() if posting.posted_at == receipt.issued_at]


def _place_in_order(posting: Posting) -> tuple[str, str, str, dt.date, int]:
    return (
        posting.facility_name,
        posting.patient_name,
        posting.provider_name,
        posting.service_date,
        posting.pk,
    )


def _line(posting: Posting) -> Line:
    return Line(
        service_date=posting.service_date,
        service_id=shown(posting.service_id),
        description=shown(posting.description),
        amounts=Amounts(
            billed=posting.billed_cents,
            adjusted=posting.adjusted_cents + posting.insurance_pending_cents,
            insurance_paid=posting.insurance_paid_cents,
            patient_paid=posting.patient_paid_cents,
            remaining=posting.remaining_cents,
            applied=posting.amount_cents,
            pending=posting.insurance_pending_cents,
        ),
    )


def _group(postings: list[Posting], lines: list[Line]) -> list[Place]:
    """Lines by facility, provider and patient. The postings are sorted by these."""
    grouped: dict[str, dict[tuple[str, str], list[Line]]] = {}
    for posting, line in zip(postings, lines, strict=True):
        visits = grouped.setdefault(shown(posting.facility_name), {})
        visits.setdefault((shown(posting.patient_name), shown(posting.provider_name)), []).append(line)
    return [
        Place(facility, [_visit(patient, provider, part) for (patient, provider), part in visits.items()])
        for facility, visits in grouped.items()
    ]


def _visit(patient: str, provider: str, lines: list[Line]) -> Visit:
    return Visit(patient, provider, lines, sum((line.amounts for line in lines), Amounts()))


def _movement(row: Transaction) -> Movement:
    return Movement(
        number=shown(row.number),
        method=shown(method_words(row.method, row.card_brand, row.card_last4, row.check_number)),
        amount=row.amount_cents,
        requested=row.requested_cents,
        reason=shown(row.reason),
    )


def _family(receipt: Receipt, *, as_of: dt.datetime | None = None) -> list[Relative]:
    """The receipts of the same money, oldest first; voided ones as of a moment, or now."""
    rows: Any = Receipt.objects.raw(FAMILY, {"number": receipt.number})  # with voided_at, which the model hasn't
    return [
        Relative(
            number=row.number,
            received_on=row.received_on,
            label=KINDS[Receipt.Kind(row.kind)].verdict,
            amount=row.amount_cents,
            is_void=row.voided_at is not None and (as_of is None or row.voided_at <= as_of),
            is_this=row.number == receipt.number,
        )
        for row in rows
    ]


def _after(receipt: Receipt) -> list[Later]:
    """What was done with escrow after the receipt was issued, oldest first. A void says all that there is to say."""
    if hasattr(receipt, "void") or not receipt.is_paid:
        return []
    printed = set(printed_postings(receipt))
    later = [
        Later(posting.posted_at, _words(posting), posting.amount_cents)
        for posting in receipt.postings.all()
        if posting not in printed
    ]
    later += [
        Later(row.disbursed_at, SET_ASIDE if row.amount_cents > 0 else NO_LONGER_SET_ASIDE, row.amount_cents)
        for row in Disbursement.objects.filter(receipt=receipt)
    ]
    return sorted(later, key=lambda row: row.moment)


def _words(posting: Posting) -> str:
    verb = "Applied to" if posting.amount_cents > 0 else "Taken back from"
    return f"{verb} {shown(posting.description)}, {shown(posting.patient_name)}, Service ID {shown(posting.service_id)}"
