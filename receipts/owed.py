"""What a guarantor owes, line by line and in total. All amounts are cents.

The view `receipts_owed` (owed.sql) says it once: for the statements that apply money, and for every page.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.models import F, QuerySet

from pops.core.accounts.confidential import mask_line
from pops.core.accounts.models import Guarantor, Patient, ServiceLine
from pops.core.money import format_cents
from pops.core.refusals import Refused

# Oldest first: Auto-Post and every list go by this. The view answers with the date of service where no other is known.
OLDEST_FIRST = ("owed__responsible_on", "encounter__number", "line_number")
SURPLUS = (Path(__file__).parent / "surplus.sql").read_text()
# What came in, less what was applied and disbursed, with what is too much on services.
CREDIT = f"""
WITH mine AS (SELECT number, amount_cents FROM receipts_receipt WHERE guarantor_id = %(guarantor)s)
SELECT (SELECT coalesce(sum(amount_cents), 0) FROM mine
        WHERE NOT EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = mine.number))
     - (SELECT coalesce(sum(p.amount_cents), 0) FROM mine JOIN receipts_posting p ON p.receipt_id = mine.number)
     - (SELECT coalesce(sum(d.amount_cents), 0) FROM mine JOIN receipts_disbursement d ON d.receipt_id = mine.number)
     + (SELECT coalesce(sum(surplus.cents), 0) FROM ({SURPLUS}) surplus) AS cents
"""  # noqa: S608  constants of ours


# As text: every page of the portal asks it, and putting it together took longer than the answer.
BALANCES = """
SELECT o.guarantor_id, coalesce(sum(o.payable_cents), 0),
       coalesce(sum(o.payable_cents) FILTER (WHERE l.statement_id IS NOT NULL), 0),
       coalesce(sum(o.remaining_cents) FILTER (WHERE o.in_collections AND o.remaining_cents > 0), 0)
FROM receipts_owed o JOIN accounts_serviceline l ON l.id = o.line_id WHERE o.guarantor_id = ANY(%(guarantors)s)
GROUP BY o.guarantor_id
"""


class BalanceChanged(Refused):
    """Services owe something else than was seen by who decided about the money."""

    def __init__(self, changes: list[str]) -> None:
        what = " ".join(changes)
        super().__init__("balance_changed", f"The balance changed since it was looked at. {what} Look at it again.")


@dataclass(frozen=True)
class Balances:
    """A guarantor's balances in cents. Amount Due never exceeds Current Balance."""

    current_cents: int
    amount_due_cents: int
    collections_cents: int


def find_lines(guarantor: Guarantor) -> QuerySet[ServiceLine]:
    """The guarantor's lines, oldest first, each with what was paid, what remains and what can be paid here."""
    return (
        ServiceLine.objects.filter(owed__guarantor=guarantor)
        .select_related("encounter__patient", "encounter__provider", "encounter__facility")
        .annotate(  # type: ignore[no-redef]
            patient_paid_cents=F("owed__patient_paid_cents"),
            remaining_cents=F("owed__remaining_cents"),
            payable_cents=F("owed__payable_cents"),
        )
        .order_by(*OLDEST_FIRST)
    )


def find_payable_lines(guarantor: Guarantor) -> list[ServiceLine]:
    """The lines that money can be applied to, oldest first."""
    return list(find_lines(guarantor).filter(owed__payable_cents__gt=0))


def lock_lines(line_ids: Iterable[int]) -> dict[int, int]:
    """Keep others from applying money to lines or taking it back until the end of the transaction: the last lock taken.

    What remains of each, in cents by line. Their patients' rows are locked, lowest id first: few, and a visit that
    moves to another patient waits for both. Who moves money of several receipts names the lines of all of them first:
    a patient may have moved, so that others come to the same rows from another account. All is read after the lock,
    whoever the lines' guarantor is.
    """
    lines = ServiceLine.objects.filter(pk__in=list(line_ids))
    patients, locked = set(lines.values_list("encounter__patient", flat=True)), set[int]()
    while not patients <= locked:  # a visit may have moved while we waited
        rows = Patient.objects.filter(pk__in=patients).select_for_update(no_key=True).order_by("pk")
        locked |= set(rows.values_list("pk", flat=True))
        patients = set(lines.values_list("encounter__patient", flat=True))
    return dict(lines.values_list("pk", "owed__remaining_cents"))


def lock_patients(guarantor_ids: Iterable[int]) -> None:
    """As lock_lines(), of all patients of several guarantors: before each of them is paid for in a row."""
    rows = Patient.objects.filter(guarantor__in=list(guarantor_ids)).select_for_update(no_key=True).order_by("pk")
    list(rows.values_list("pk", flat=True))


def why_not_as_seen(guarantor: Guarantor, seen: Mapping[int, int] | None) -> Refused | None:
    """Why a decision over what lines owed when they were seen, in cents by line, doesn't stand now."""
    if seen is None:
        return None
    lines = list(find_lines(guarantor))
    changes = [_change(line, seen.get(line.pk, 0)) for line in lines if line.payable_cents != seen.get(line.pk, 0)]
    if seen.keys() - {line.pk for line in lines}:
        changes.append("A service is not on this account any more.")
    return BalanceChanged(changes) if changes else None


def _change(line: ServiceLine, before: int) -> str:
    now = format_cents(line.payable_cents) if line.payable_cents else "nothing"
    line = mask_line(line)  # a refusal's words are for everybody
    return f"{line.description} ({line.service_id}) had {format_cents(before)} left to pay, now {now}."


def get_balances(guarantor: Guarantor) -> Balances:
    """Current Balance, Amount Due and what is in collections, now.

    Amount Due is what remains of what a statement showed. What is too much on one line pays for no other by itself: it
    is credit.
    """
    return find_balances([guarantor.pk]).get(guarantor.pk, Balances(0, 0, 0))


def find_balances(guarantor_ids: Iterable[int]) -> dict[int, Balances]:
    """The balances of several guarantors, by their ids; of who has no services there are none."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"guarantors": list(guarantor_ids)})
        return {guarantor_id: Balances(*map(int, cents)) for guarantor_id, *cents in cursor.fetchall()}


def find_surplus(guarantor_id: int) -> dict[int, dict[int, int]]:
    """What is too much on lines now, in cents by line, of each receipt of a guarantor: what was applied last first.

    Whoever the lines' guarantor is by now: it is of who paid.
    """
    surplus: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(SURPLUS, {"guarantor": guarantor_id})
        for receipt, line, cents in cursor.fetchall():
            surplus[receipt][line] = cents
    return surplus


def get_credit(guarantor: Guarantor) -> int:
    """What the guarantor paid that no service needs and that was not disbursed: escrow and surplus, in cents.

    Of a voided receipt nothing counts; what it was applied to was taken back with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(CREDIT, {"guarantor": guarantor.pk})
        (cents,) = cursor.fetchone()
    return int(cents)
