"""Splitting a payment: what each facility or provider gets of it, and so what is charged by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from payments.gateway.intents import MIN_CENTS
from payments.models import Part, Payment
from pops.core.accounts.confidential import without_hidden
from pops.core.accounts.models import Encounter, Guarantor, ServiceLine
from pops.core.money import format_cents
from pops.core.practice.models import Group
from pops.core.refusals import Refused
from receipts.models import Transaction
from receipts.owed import find_payable_lines

# Stands for facilities and providers that no page of the guarantor's names: their visits are confidential.
OTHERS = "other services"


@dataclass(frozen=True)
class Share:
    """What one charge takes, in cents, and the ids of the facilities or providers to whose services it is applied."""

    pays_for: tuple[int, ...]
    cents: int


def find_shares(guarantor: Guarantor, cents: int) -> list[Share]:
    """The charges that an amount is split into for a guarantor now; none when it is not split.

    Nor is it when nothing is owed: what is paid ahead is nobody's yet.
    """
    by = guarantor.group.split_payments
    if by == Group.SplitPayments.NONE:
        return []
    return split(cents, [(owner_of(line, by), line.payable_cents) for line in find_payable_lines(guarantor)])


def owner_of(line: ServiceLine, by: str) -> int:
    """The facility or provider that a service is owed to."""
    visit = line.encounter
    return visit.facility_id if by == Group.SplitPayments.FACILITY else visit.provider_id


def split(cents: int, owed: Iterable[tuple[int, int]]) -> list[Share]:
    """An amount over what is owed to each facility or provider, in cents, oldest first.

    As Auto-Post fills it: the oldest balance first. What is more than all of them stays with the one filled last.
    """
    sums: dict[int, int] = {}
    last = None
    for owner, payable in owed:
        if cents <= 0:
            break
        part = min(payable, cents)
        sums[owner] = sums.get(owner, 0) + part
        cents -= part
        last = owner
    if last is not None:
        sums[last] += cents
    return join_small([Share((owner,), part) for owner, part in sums.items()])


def join_small(shares: Sequence[Share]) -> list[Share]:
    """The same, what no card can take by itself charged with the largest."""
    if not shares:
        return []
    largest = max(shares, key=lambda share: share.cents)
    small = [share for share in shares if share.cents < MIN_CENTS and share is not largest]
    joined = Share(
        pays_for=largest.pays_for + tuple(owner for share in small for owner in share.pays_for),
        cents=largest.cents + sum(share.cents for share in small),
    )
    return [joined if share is largest else share for share in shares if share not in small]


def find_untaken(payment: Payment) -> list[Part]:
    """The parts that a split payment went without, some of which was taken."""
    if not payment.is_split or payment.state != Payment.State.PAID:
        return []
    taken = Transaction.objects.filter(receipt=payment.receipt_id, amount_cents__gt=0)
    return list(payment.parts.exclude(transaction_number__in=taken.values("number")))


def find_rest(payment: Payment) -> list[Share]:
    """The charges for what was not taken of a split payment, as far as it is owed still."""
    owed: dict[int, int] = {}
    for line in find_payable_lines(payment.guarantor):
        owner = owner_of(line, payment.split_by)
        owed[owner] = owed.get(owner, 0) + line.payable_cents
    shares = [
        Share(tuple(part.pays_for), min(part.amount_cents, sum(owed.get(owner, 0) for owner in part.pays_for)))
        for part in find_untaken(payment)
    ]
    return join_small([share for share in shares if share.cents])


def why_not_pay_rest(payment: Payment) -> Refused | None:
    """Why what was not taken of a split payment can't be paid by itself."""
    if not find_untaken(payment):
        return Refused("nothing_left", "Nothing is left of this payment: all of it was taken, or nothing was.")
    if payment.rests.filter(state__in=[Payment.State.PAID, *Payment.UNCLEAR]).exists():
        return Refused("paid_since", "What was left of this payment was paid since, or is being paid.")
    if sum(share.cents for share in find_rest(payment)) < MIN_CENTS:
        return Refused("not_owed", "What was left of this payment is not owed any more.")
    return None


@dataclass(frozen=True)
class Rest:
    """What a split payment went without, for the page of its receipt."""

    payment: Payment
    parts: list["NamedPart"]
    payable_cents: int
    refusal: Refused | None

    @property
    def cents(self) -> int:
        """What was not charged."""
        return sum(part.cents for part in self.parts)


def get_rest(payment: Payment, *, is_named: bool = True) -> Rest:
    """What was not taken of a split payment, and what can be paid of it now."""
    numbers = {part.transaction_number for part in find_untaken(payment)}
    refusal = why_not_pay_rest(payment)
    return Rest(
        payment=payment,
        parts=[part for part in name_parts(payment, is_named=is_named) if part.transaction_number in numbers],
        payable_cents=0 if refusal else sum(share.cents for share in find_rest(payment)),
        refusal=refusal,
    )


@dataclass(frozen=True)
class NamedPart:
    """A part of a payment as people read it: whom it goes to, and what became of it."""

    name: str
    amount: str
    cents: int
    transaction_number: str


def name_parts(payment: Payment, *, sees_confidential: bool = False, is_named: bool = True) -> list[NamedPart]:
    """The parts of a payment, as its guarantor sees them; or in full, for staff who may see what is confidential.

    Whom a part goes to is named when a visit that may be seen names them, and to nobody who came by a link.
    """
    parts = list(payment.parts.all()) if payment.is_split else []
    visits = Encounter.objects.filter(patient__guarantor=payment.guarantor_id)
    seen = visits if sees_confidential else without_hidden(visits)
    names = dict(seen.values_list(f"{payment.split_by}_id", f"{payment.split_by}__name")) if parts else {}
    return [
        NamedPart(
            name=_words([names.get(owner, "") for owner in part.pays_for]) if is_named else f"Part {part.place}",
            amount=format_cents(part.amount_cents),
            cents=part.amount_cents,
            transaction_number=part.transaction_number or "",
        )
        for part in parts
    ]


def _words(names: Sequence[str]) -> str:
    """Dr. Ahn, Dr. Bose and other services."""
    known = [name for name in names if name]
    words = [*known, *[OTHERS] * (len(known) < len(names))]
    text = " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    return text[0].upper() + text[1:]
