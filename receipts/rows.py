"""Receipts as other systems read them: plain rows with their transactions, and where the money is. Amounts in cents.

Which are wanted is asked of the ORM, what they are of a function in the database (rows.sql): systems ask that most.

A row names services by their Service IDs alone: no word of a visit is in it, so nothing in it is confidential. Of a
batch whose amounts must not be seen yet (batches.blind) no row tells one; what somebody took themselves they know.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from batches.blind import find_hidden, hidden_batches
from pops.core.access.models import User
from receipts.models import Disbursement, Posting, Receipt, ReceiptMove, Transaction
from receipts.models.receipt import Standing, standing_of

Row = dict[str, Any]

# What the database counts to.
LARGEST = 2**63 - 1
ROWS = "SELECT * FROM receipts_rows(%s::bigint[], %s::bigint[], %s)"
# The newest first, as the index has them.
NEWEST_FIRST = ("-received_on", "-received_at", "-number")
# What is left out of a row and of its parts while its batch is counted blind.
AMOUNTS = ("amount_cents", "applied_cents", "refunded_cents", "disbursed_cents", "escrow_cents")


@dataclass(frozen=True)
class Wanted:
    """Which receipts are looked for; what is None doesn't matter. Days are practice-local, both included."""

    received_from: dt.date | None = None
    received_to: dt.date | None = None
    account_number: str | None = None
    batch: int | None = None
    method: str | None = None
    kind: str | None = None
    status: str | None = None
    refund_of: int | None = None
    changed_since: dt.datetime | None = None


STATUSES = {
    Standing.PAID: Q(kind=Receipt.Kind.PAYMENT, status=Receipt.Status.PAID, void=None),
    Standing.REFUNDED: Q(kind=Receipt.Kind.REFUND, void=None),
    Standing.CAME_BACK: Q(kind=Receipt.Kind.CAME_BACK, void=None),
    Standing.RETURNED: Q(kind=Receipt.Kind.RETURNED, void=None),
    Standing.UNSUCCESSFUL: Q(status=Receipt.Status.UNSUCCESSFUL),
    Standing.VOIDED: Q(void__isnull=False),
}
WHICH: dict[str, Callable[[Any], Q]] = {
    "received_from": lambda day: Q(received_on__gte=day),
    "received_to": lambda day: Q(received_on__lte=day),
    "account_number": lambda number: Q(guarantor__account_number=number),
    "batch": lambda batch: Q(batch=batch),
    "method": lambda method: Q(Exists(Transaction.objects.filter(receipt=OuterRef("pk"), method=method))),
    "kind": lambda kind: Q(kind=kind),
    "status": lambda status: STATUSES[Standing(status)],
    "refund_of": lambda number: Q(refund_of=number),
    "changed_since": lambda moment: Q(pk__in=_changed_since(moment)),
}


def find_wanted(wanted: Wanted) -> QuerySet[Receipt]:
    """The receipts that are looked for, the newest first, each with its place in that order alone."""
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    which = Q(*(WHICH[name](value) for name, value in asked.items()))
    return Receipt.objects.filter(which).only("number", "received_on", "received_at").order_by(*NEWEST_FIRST)


def find_rows(numbers: Iterable[int], *, by: User) -> list[Row]:
    """The rows of receipts as `by` may see them, in the order of their numbers here; of what isn't there is none."""
    wanted = [number for number in numbers if number <= LARGEST]
    hidden = find_hidden(by)
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [wanted, hidden, by.pk])
        names = [column.name for column in cursor.description]
        found = {read[0]: _make(dict(zip(names, read, strict=True))) for read in cursor.fetchall()}
    return [found[number] for number in wanted if number in found]


def get_row(number: int, *, by: User) -> Row:
    """The row of one receipt. Raises Receipt.DoesNotExist."""
    for row in find_rows([number], by=by):
        return row
    raise Receipt.DoesNotExist


def find_uncounted(numbers: Iterable[int], *, by: User) -> set[int]:
    """Of these receipts those whose own amounts `by` must not see now, wherever else they stand written."""
    hidden = Receipt.objects.filter(pk__in=numbers, batch__in=hidden_batches(by))
    return set(hidden.exclude(issued_by=by).values_list("pk", flat=True))


def is_uncounted(number: int, *, by: User) -> bool:
    """Whether `by` must not see the amounts of a receipt now. Raises Receipt.DoesNotExist."""
    return bool(get_row(number, by=by)["amounts_hidden"])


def _make(row: Row) -> Row:
    """A row of what was read, without the amounts that must not be seen."""
    is_void = row["voided_at"] is not None
    row["status"] = standing_of(row["kind"], row["status"], is_void=is_void).value
    applied = row.pop("taken_back") + sum(part["amount_cents"] for part in row["postings"])
    gone = applied + row["refunded_cents"] + row["disbursed_cents"]
    row["applied_cents"] = 0 if is_void else applied
    # As receipts.balances.get_receipt_balance() has it. What went away again has no balance of its own.
    row["escrow_cents"] = 0 if is_void or row["kind"] in Receipt.GIVEN_BACK else row["amount_cents"] - gone
    if is_void:
        row["refunded_cents"] = row["disbursed_cents"] = 0
    return _without_amounts(row) if row["amounts_hidden"] else row


def _without_amounts(row: Row) -> Row:
    transactions = [{**part, "amount_cents": None, "requested_cents": None} for part in row["transactions"]]
    postings = [{**part, "amount_cents": None} for part in row["postings"]]
    return {**row, **dict.fromkeys(AMOUNTS), "transactions": transactions, "postings": postings}


def _changed_since(moment: dt.datetime) -> QuerySet[Any, Any]:
    """Numbers of receipts that were issued, applied, voided, refunded, disbursed or moved since; each by an index."""
    issued = Receipt.objects.filter(issued_at__gte=moment)
    voided = Receipt.objects.filter(void__voided_at__gte=moment)
    return issued.values_list("pk").union(
        issued.filter(refund_of__isnull=False).values_list("refund_of"),
        voided.values_list("pk"),
        voided.filter(refund_of__isnull=False).values_list("refund_of"),
        Posting.objects.filter(posted_at__gte=moment).values_list("receipt"),
        Disbursement.objects.filter(disbursed_at__gte=moment).values_list("receipt"),
        ReceiptMove.objects.filter(moved_at__gte=moment).values_list("receipt"),
    )
