"""The itemized receipt: everything that it prints, in the order and the words it prints it. Amounts in cents.

A stored PDF shows the receipt as it was issued. What happened to the money after that (`after`) is shown on
screen only. What is confidential is one sum on both, unless it is asked for by staff who may see it.
"""

import datetime as dt
from dataclasses import dataclass, fields

from django.db.models import Prefetch, QuerySet

from pops.core.methods import Method, method_words
from pops.core.words import day, shown
from receipts.family import Relative, get_family, is_given_back, net_of, title_of, was_returned
from receipts.hiding import is_copay_hidden, with_marks
from receipts.later import Later, find_later, printed_postings
from receipts.models import Posting, Receipt, Standing, Transaction
from receipts.wording import GIVEN_BACK, KINDS, SENT_BACK, STANDINGS, KindWords, StandingWords

# Among the ids of postings that a document leaves out: what its copay is for. No posting has this id.
THE_COPAY = 0


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
    procedure_code: str
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
    address: str
    visits: list[Visit]


@dataclass(frozen=True)
class Movement:
    """One transaction: by which method, how much, and why not if it was not processed."""

    number: str
    method: str
    amount: int
    requested: int
    reason: str
    given: int = 0  # cash that was handed over for it

    @property
    def change(self) -> int:
        """What was given back of it."""
        return self.given - self.amount if self.given else 0


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
    copay_for: str = ""  # whose visit of which day it is the copay of, and what was noted
    others: int = 0  # applied to services that are not itemized, because they are confidential
    leaves_out: tuple[int, ...] = ()  # THE_COPAY if it is, then the postings that `others` sums, in order

    @property
    def standing(self) -> Standing:
        """How the receipt stands now."""
        return self.receipt.standing

    @property
    def words(self) -> KindWords:
        """What its parts are called."""
        return KINDS[Receipt.Kind(self.receipt.kind)]

    @property
    def standing_words(self) -> StandingWords:
        """How it stands now, in words."""
        if self.is_given_back:
            return SENT_BACK if self.was_returned else GIVEN_BACK
        return STANDINGS[self.standing]

    @property
    def is_given_back(self) -> bool:
        """Nothing of it is left: refunded whole, or taken back by the bank."""
        return is_given_back(self.receipt, self.relatives)

    @property
    def was_returned(self) -> bool:
        """Whether the bank took any of it back."""
        return was_returned(self.relatives)

    @property
    def proves_payment(self) -> bool:
        """Only then may any part of it look as if money had been paid and kept. A refund proves a refund."""
        return self.receipt.is_paid and not self.standing.is_voided and not self.is_given_back

    @property
    def has_document(self) -> bool:
        """Whether its PDF is handed out: it was stored when the receipt was issued, and knows of nothing after."""
        return not self.standing.is_voided and not self.is_given_back

    @property
    def document_title(self) -> str:
        """What stands on top of every page on paper."""
        return self.standing_words.document_title.format(self.receipt.number)

    @property
    def page_title(self) -> str:
        """What the portal's page is called."""
        return self.standing_words.page_title.format(self.receipt.number)

    @property
    def date_label(self) -> str:
        """What the receipt's date is called."""
        return self.standing_words.date

    @property
    def escrow(self) -> int:
        """What was not applied to a service when the receipt was issued."""
        return self.receipt.amount_cents - self.applied

    @property
    def applied(self) -> int:
        """What was applied to services when the receipt was issued, itemized or not."""
        return self.total.applied + self.others

    @property
    def related_title(self) -> str:
        """What stands over the receipts of the same money."""
        return title_of(self.relatives)

    @property
    def requested(self) -> int:
        """What was asked to be paid, whether it was or not."""
        return sum(movement.requested for movement in self.movements)

    @property
    def net(self) -> int:
        """What is left of the payment after its refunds."""
        return net_of(self.relatives)

    @property
    def has_several_movements(self) -> bool:
        return len(self.movements) > 1

    @property
    def has_relatives(self) -> bool:
        return len(self.relatives) > 1


def itemize(receipt: Receipt, *, sees_confidential: bool = False) -> Itemized:
    """The receipt as a guarantor sees it now; or in full, for staff who may see what is confidential."""
    return _itemize(
        receipt, get_family(receipt), find_later(receipt, sees_confidential=sees_confidential), sees_confidential
    )


def itemize_as_issued(receipt: Receipt) -> Itemized:
    """The receipt as it was the moment it was issued: the same whenever it is asked for."""
    family = [
        relative
        for relative in get_family(receipt, as_of=receipt.issued_at)
        if relative.number <= receipt.number  # a payment knows nothing of its later refunds
    ]
    return _itemize(receipt, family, [], sees_confidential=False)


def for_itemizing(receipts: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Receipts with all that itemize() reads."""
    postings = Prefetch("postings", with_marks(Posting.objects.all()))
    return receipts.select_related("void", "guarantor__group", "copay__patient", "cash_tendered").prefetch_related(
        "transactions", postings
    )


def _itemize(receipt: Receipt, relatives: list[Relative], after: list[Later], sees_confidential: bool) -> Itemized:
    printed = printed_postings(receipt)
    hidden = [] if sees_confidential else [posting for posting in printed if posting.is_hidden]
    postings = sorted((posting for posting in printed if posting not in hidden), key=_place_in_order)
    copay_for, hides_copay = _say_copay(receipt, sees_confidential=sees_confidential)
    lines = [_line(posting) for posting in postings]
    return Itemized(
        receipt=receipt,
        guarantor=shown(receipt.guarantor_name),
        account_number=shown(receipt.account_number),
        movements=[_movement(row, receipt) for row in receipt.transactions.all()],
        places=_group(postings, lines),
        total=sum((line.amounts for line in lines), Amounts()),
        line_count=len(lines),
        relatives=relatives,
        after=after,
        copay_for=copay_for,
        others=sum(posting.amount_cents for posting in hidden),
        leaves_out=(*([THE_COPAY] if hides_copay else []), *sorted(posting.pk for posting in hidden)),
    )


def _say_copay(receipt: Receipt, *, sees_confidential: bool) -> tuple[str, bool]:
    """What a receipt is the copay for, and whether no word is said of it because it is confidential."""
    copay = getattr(receipt, "copay", None)
    if copay is None or (not sees_confidential and is_copay_hidden(copay)):
        return "", copay is not None
    words = f"Copay of {copay.patient.name} for the visit on {day(copay.visit_date)}"
    return shown(f"{words}: {copay.memo}" if copay.memo else words), False


def _place_in_order(posting: Posting) -> tuple[str, str, str, str, dt.date, int]:
    return (
        posting.facility_name,
        posting.facility_address,
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
        procedure_code=shown(posting.procedure_code),
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
    grouped: dict[tuple[str, str], dict[tuple[str, str], list[Line]]] = {}
    for posting, line in zip(postings, lines, strict=True):
        visits = grouped.setdefault((shown(posting.facility_name), shown(posting.facility_address)), {})
        visits.setdefault((shown(posting.patient_name), shown(posting.provider_name)), []).append(line)
    return [
        Place(facility, address, [_visit(patient, provider, part) for (patient, provider), part in visits.items()])
        for (facility, address), visits in grouped.items()
    ]


def _visit(patient: str, provider: str, lines: list[Line]) -> Visit:
    return Visit(patient, provider, lines, sum((line.amounts for line in lines), Amounts()))


def _movement(row: Transaction, receipt: Receipt) -> Movement:
    tendered = getattr(receipt, "cash_tendered", None) if row.method == Method.CASH else None
    return Movement(
        number=shown(row.number),
        method=shown(method_words(row.method, row.card_brand, row.card_last4, row.check_number)),
        amount=row.amount_cents,
        requested=row.requested_cents,
        reason=shown(row.reason),
        given=tendered.cents if tendered else 0,
    )
