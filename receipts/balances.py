"""Where the money of a receipt is. All amounts are cents."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from pops.core.accounts.models import Guarantor
from pops.core.methods import Method
from pops.core.prepared import Prepared
from receipts.models import Disbursement, Posting, Receipt, Transaction
from receipts.owed import find_surplus

# Within it a second payment of the same guarantor is more likely the same one.
JUST_NOW = dt.timedelta(minutes=15)
# Of so many payments the middle one is what is usual.
LATEST = 5


@dataclass(frozen=True)
class ReceiptBalance:
    """Where the money of a receipt is now, voids and refunds taken into account."""

    amount_cents: int
    posted_cents: int
    disbursed_cents: int
    refunded_cents: int  # refunded, or taken back by the bank
    returned_cents: int = 0  # of that what the bank took back

    @property
    def escrow_cents(self) -> int:
        """Neither applied to a service nor gone."""
        return self.amount_cents - self.posted_cents - self.disbursed_cents - self.refunded_cents

    @property
    def given_back_cents(self) -> int:
        """What the practice itself gave back."""
        return self.refunded_cents - self.returned_cents

    @property
    def left_cents(self) -> int:
        """What can still be refunded."""
        return self.amount_cents - self.disbursed_cents - self.refunded_cents

    @property
    def is_refunded(self) -> bool:
        """Whether all of it went back to who paid. What was disbursed didn't."""
        return self.amount_cents <= self.refunded_cents


def get_receipt_balance(receipt: Receipt) -> ReceiptBalance:
    """The balance of a payment, now. Of a voided receipt nothing is left."""
    if hasattr(receipt, "void"):
        return ReceiptBalance(0, 0, 0, 0)
    gone = live_refunds(receipt).aggregate(
        refunded=Coalesce(Sum("amount_cents"), 0),
        returned=Coalesce(Sum("amount_cents", filter=Q(kind=Receipt.Kind.RETURNED)), 0),
    )
    return ReceiptBalance(
        amount_cents=receipt.amount_cents,
        posted_cents=_sum(own_postings(receipt)),
        disbursed_cents=_sum(Disbursement.objects.filter(receipt=receipt)),
        refunded_cents=-gone["refunded"],
        returned_cents=-gone["returned"],
    )


def live_refunds(receipt: Receipt) -> QuerySet[Receipt]:
    """The receipts by which its money went away again, refunded or taken back by the bank, that were not voided."""
    return Receipt.objects.filter(refund_of=receipt, kind__in=Receipt.GIVEN_BACK, void=None)


def sum_returned(receipt_number: int) -> Counter[str]:
    """What the bank took back of each transaction of a receipt, in cents by the transaction's number."""
    back = Receipt.objects.filter(refund_of=receipt_number, kind=Receipt.Kind.RETURNED, void=None).order_by()
    rows = back.values_list("money_return__transaction__number").annotate(cents=-Sum("amount_cents"))
    return Counter(dict(rows))


def get_on_the_way_cents(receipt: Receipt) -> int:
    """What the card processor was asked to refund and has not answered about, or has refunded and waits for a decision.

    It is as good as gone.
    """
    asked = receipt.processor_refunds.filter(refund_receipt=None)
    return sum(refund.amount_cents for refund in asked if refund.is_in_flight or refund.is_in_review)


def is_disputed(receipt: Receipt, charge_id: str = "") -> bool:
    """Whether the cardholder disputes the payment, or that charge of it, and what becomes of that is not settled."""
    going_on = [dispute for dispute in receipt.disputes.all() if not dispute.is_settled]
    return any(not charge_id or dispute.charge_id in ("", charge_id) for dispute in going_on)


def own_postings(receipt: Receipt) -> QuerySet[Posting]:
    """What was applied of a receipt, and what its refunds and the bank took back."""
    gone = Q(receipt__refund_of=receipt, receipt__kind__in=Receipt.GIVEN_BACK)
    return Posting.objects.filter(Q(receipt=receipt) | gone)


def _sum(rows: QuerySet[Posting] | QuerySet[Disbursement]) -> int:
    cents: int = rows.aggregate(cents=Coalesce(Sum("amount_cents"), 0))["cents"]
    return cents


def find_applied_lines(receipt: Receipt) -> dict[int, int]:
    """What is applied to each line of a receipt now, in cents by line id, the line applied to last first."""
    net: dict[int, int] = defaultdict(int)
    for line_id, cents in own_postings(receipt).order_by("-pk").values_list("line_id", "amount_cents"):
        net[line_id] += cents
    return {line_id: cents for line_id, cents in net.items() if cents > 0}


def find_overpaid_lines(receipt: Receipt) -> dict[int, int]:
    """What of a receipt is too much on each line now, in cents by line id: insurance paid after the patient."""
    return find_surplus(receipt.guarantor_id).get(receipt.pk, {})


def find_tenders_left(receipt: Receipt) -> dict[str, int]:
    """What can still be given back by each method it came by, in cents. Together at most what is left."""
    rows = (
        Transaction.objects.filter(Q(receipt=receipt) | Q(receipt__in=live_refunds(receipt)))
        .values("method")
        .annotate(cents=Sum("amount_cents"))
        .order_by("method")
    )
    left = get_receipt_balance(receipt).left_cents  # what went back by another way than it came is gone from all
    return {row["method"]: min(row["cents"], left) for row in rows if row["cents"] > 0 and left > 0}


def find_check_taken(guarantor: Guarantor, number: str) -> Transaction | None:
    """The check of this number that a guarantor paid with last, however long ago: most likely the same one."""
    checks = Transaction.objects.filter(receipt__guarantor=guarantor, receipt__void=None, method=Method.CHECK)
    rows = checks.filter(amount_cents__gt=0).select_related("receipt").order_by("-pk")
    return next((row for row in rows if _plain(row.check_number) == _plain(number)), None)


def _plain(number: str) -> str:
    """A check's number without what people leave out: 0555 and 555 are one."""
    return number.strip().lstrip("0").casefold()


def find_taken_just_now(guarantor: Guarantor, *, now: dt.datetime) -> Receipt | None:
    """The payment of a guarantor, at the desk or in the portal, that a second one would most likely repeat."""
    return _find_payments(guarantor).filter(received_at__gt=now - JUST_NOW).select_related("issued_by").first()


@Prepared
def _taken(guarantor: Any, since: Any) -> QuerySet[Receipt]:
    return _find_payments(guarantor).filter(received_at__gt=since).order_by()[:1]


def was_taken_just_now(guarantor: Guarantor, *, now: dt.datetime) -> bool:
    """Whether find_taken_just_now() finds one."""
    return _taken.find(guarantor=guarantor.pk, since=now - JUST_NOW) is not None


def find_last_payment(guarantor: Guarantor, *, since: dt.datetime) -> Receipt | None:
    """The guarantor's last payment that counts, at the desk or in the portal: none whose money the bank took back."""
    returned = Receipt.objects.filter(refund_of=OuterRef("pk"), kind=Receipt.Kind.RETURNED, void=None)
    return _find_payments(guarantor).filter(~Exists(returned), received_at__gte=since).first()


def find_usual_payment(guarantor: Guarantor) -> int | None:
    """What a guarantor usually pays, in cents: the middle one of the latest payments. Copays are another matter."""
    latest = _find_payments(guarantor).filter(copay=None).values_list("amount_cents", flat=True)[:LATEST]
    return median_low(latest) if latest else None


def _find_payments(guarantor: Any) -> QuerySet[Receipt]:
    paid = Receipt.objects.filter(kind=Receipt.Kind.PAYMENT, status=Receipt.Status.PAID, void=None)
    return paid.filter(guarantor=guarantor).order_by("-received_at")
