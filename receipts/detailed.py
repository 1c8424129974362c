"""The detailed statement: everything that it prints, in the order it prints it, as it was frozen. Amounts in cents."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields

from pops.core.words import shown
from receipts.models import StatementDetail, StatementItem


@dataclass(frozen=True)
class Amounts:
    """What services came to, and what happened to them since the statement before."""

    billed: int = 0
    covered: int = 0  # adjusted, paid by insurance, or waiting for it
    before: int = 0  # what remained on the statement before, or the new charge
    payments: int = 0  # negative
    adjustments: int = 0
    remaining: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Amounts)))


@dataclass(frozen=True)
class Line:
    """One service as it stood on the statement."""

    service_date: dt.date
    service_id: str
    description: str
    procedure_code: str
    is_new: bool
    amounts: Amounts


@dataclass(frozen=True)
class Visit:
    """The lines of one patient with one provider at one facility."""

    patient: str
    provider: str
    facility: str
    lines: list[Line]
    total: Amounts


@dataclass(frozen=True)
class Detailed:
    """A statement, ready to be printed. Its five sums make up its Current Balance."""

    detail: StatementDetail
    guarantor: str
    account_number: str
    visits: list[Visit]
    total: Amounts
    others: int = 0  # what remained of services that are not named, because they are confidential
    leaves_out: bool = False

    @property
    def statement_date(self) -> dt.date:
        return self.detail.statement.statement_date

    @property
    def due_on(self) -> dt.date:
        return self.detail.statement.due_on

    @property
    def number(self) -> str:
        """In the practice's own system, where it has one."""
        return shown(self.detail.statement.number)

    @property
    def not_itemized(self) -> int:
        """What of the balance no service explains: the practice's own system knows more than was told here."""
        return self.detail.current_cents - self.total.remaining - self.others

    @property
    def corrected_cents(self) -> int | None:
        """What the practice says of the balance since, if it is another."""
        balance = self.detail.statement.balance_cents
        return balance if balance != self.detail.current_cents else None


def detail_of(detail: StatementDetail) -> Detailed:
    """The statement as it was frozen: the same whenever it is asked for, but for what is confidential now."""
    items = detail.items.order_by("patient_name", "provider_name", "facility_name", "service_date", "pk")
    rows = list(items.select_related("line__encounter__patient"))
    hidden = [row for row in rows if row.line.is_hidden]
    visits = _group(row for row in rows if not row.line.is_hidden)
    return Detailed(
        detail=detail,
        guarantor=shown(detail.guarantor_name),
        account_number=shown(detail.account_number),
        visits=visits,
        total=sum((visit.total for visit in visits), Amounts()),
        others=sum(row.remaining_cents for row in hidden),
        leaves_out=bool(hidden),
    )


def _group(items: Iterable[StatementItem]) -> list[Visit]:
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for item in items:
        names = (shown(item.patient_name), shown(item.provider_name), shown(item.facility_name))
        groups.setdefault(names, []).append(_line(item))
    return [
        Visit(*names, lines=lines, total=sum((line.amounts for line in lines), Amounts()))
        for names, lines in groups.items()
    ]


def _line(item: StatementItem) -> Line:
    return Line(
        service_date=item.service_date,
        service_id=shown(item.service_id),
        description=shown(item.description),
        procedure_code=shown(item.procedure_code),
        is_new=item.charge_cents > 0,
        amounts=Amounts(
            billed=item.billed_cents,
            covered=item.adjusted_cents + item.insurance_pending_cents + item.insurance_paid_cents,
            before=item.previous_cents + item.charge_cents,
            payments=item.payment_cents,
            adjustments=item.adjustment_cents,
            remaining=item.remaining_cents,
        ),
    )
