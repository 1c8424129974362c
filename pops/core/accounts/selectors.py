"""What a guarantor owes, line by line and in total. All amounts are cents."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from pops.core.accounts.models import Guarantor, ServiceLine


@dataclass(frozen=True)
class Balances:
    """A guarantor's balances in cents. Amount Due never exceeds Current Balance."""

    current_cents: int
    amount_due_cents: int
    collections_cents: int


def get_credit(guarantor: Guarantor) -> int:
    """What the guarantor paid that is neither applied to a service nor disbursed: escrow, in cents.

    Of a voided receipt nothing counts; what it was applied to was taken back with it.
    """
    received = guarantor.receipts.filter(void=None).aggregate(cents=Coalesce(Sum("amount_cents"), 0))["cents"]
    applied = guarantor.receipts.aggregate(cents=Coalesce(Sum("postings__amount_cents"), 0))["cents"]
    disbursed = guarantor.receipts.aggregate(cents=Coalesce(Sum("disbursements__amount_cents"), 0))["cents"]
    return int(received - applied - disbursed)


def service_lines(guarantor: Guarantor) -> QuerySet[ServiceLine]:
    """The guarantor's lines, oldest first, each with `patient_paid_cents` and `remaining_cents`."""
    return (
        ServiceLine.objects.filter(encounter__patient__guarantor=guarantor)
        .select_related("encounter__patient", "encounter__provider", "encounter__facility")
        .annotate(patient_paid_cents=Coalesce(Sum("postings__amount_cents"), 0))  # type: ignore[no-redef]
        .annotate(remaining_cents=F("patient_share_cents") - F("patient_paid_cents"))
        .order_by("service_date", "encounter__number", "line_number")
    )


def get_balances(guarantor: Guarantor) -> Balances:
    """Current Balance, Amount Due and what is in collections, now."""
    return sum_balances(service_lines(guarantor))


def sum_balances(lines: Iterable[ServiceLine]) -> Balances:
    """The balances that lines from service_lines() make up. Amount Due is what remains of what a statement showed."""
    current = due = collections = 0
    for line in lines:
        if line.encounter.in_collections:
            collections += line.remaining_cents
        else:
            current += line.remaining_cents
            due += line.remaining_cents if line.statement_id else 0
    return Balances(current_cents=current, amount_due_cents=due, collections_cents=collections)
