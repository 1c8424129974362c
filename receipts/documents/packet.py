"""Everything in a batch, as rows for the packet and the slip, and as CSV."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from batches.breakdown import find_requested_not_processed, get_breakdown
from batches.drawer import closed_drawer
from batches.models import BatchClose, ReferenceBatch
from batches.reconcile import closed_lines
from batches.selectors import find_counts
from pops.core.methods import Tender
from pops.core.money import plain_dollars
from pops.core.practice.selectors import get_practice
from pops.core.spreadsheets import text
from receipts.hiding import mask_posting, with_marks
from receipts.models import Disbursement, Posting, Receipt, ReceiptVoid, Transaction

# Above this the PDF lists the newest receipts no more, its CSV does: a thousand pages are read by nobody.
ROWS_ON_PAPER = 3_000
ROWS_A_TABLE = 100  # a table is laid out as a whole: long ones take ever longer
DECLINED_ON_PAPER = 200
HEADINGS = (
    "Row", "Receipt", "Date", "Time", "Kind", "Status", "Voided", "Guarantor", "Account", "Patient",
    "Method", "Card brand", "Last four", "Check number", "Approval code", "Transaction number",
    "Service ID", "Service date", "Description", "Amount", "Requested", "Reason", "By",
)  # fmt: skip


def find_transactions(batch: ReferenceBatch) -> Iterable[Transaction]:
    """The transactions of a batch's receipts, in the order of their issue."""
    rows = Transaction.objects.filter(receipt__batch=batch).select_related("receipt__void", "receipt__issued_by")
    return rows.order_by("receipt_id", "pk").iterator(chunk_size=2000)


def packet_rows(batch: ReferenceBatch) -> Iterator[list[str]]:
    """Transactions, postings, disbursements and voids of a batch, one row each, under HEADINGS."""
    zone = ZoneInfo(get_practice().time_zone)
    yield from _transaction_rows(batch, zone)
    yield from _posting_rows(batch, zone)
    gone = Disbursement.objects.filter(batch=batch).select_related("receipt", "disbursed_by").order_by("pk")
    for row in gone:
        yield _small("Disbursement", batch, row.receipt, row.amount_cents, row.reason, row.disbursed_by)
    voids = ReceiptVoid.objects.filter(receipt__batch=batch).select_related("receipt", "voided_by").order_by("pk")
    for void in voids:
        yield _small("Void", batch, void.receipt, void.receipt.amount_cents, void.reason, void.voided_by)


def _transaction_rows(batch: ReferenceBatch, zone: ZoneInfo) -> Iterator[list[str]]:
    for row in find_transactions(batch):
        receipt = row.receipt
        yield [
            "Transaction", str(receipt.pk), f"{receipt.received_on}", f"{receipt.received_at.astimezone(zone):%H:%M}",
            receipt.get_kind_display(), receipt.get_status_display(), "yes" if hasattr(receipt, "void") else "",
            text(receipt.guarantor_name), text(receipt.account_number), "", row.get_method_display(),
            text(row.card_brand), text(row.card_last4), text(row.check_number), text(row.approval_code),
            text(row.number), "", "", "", plain_dollars(row.amount_cents), plain_dollars(row.requested_cents),
            text(row.reason or receipt.reason), text(receipt.issued_by or "POPS"),
        ]  # fmt: skip


def _posting_rows(batch: ReferenceBatch, zone: ZoneInfo) -> Iterator[list[str]]:
    postings = Posting.objects.filter(batch=batch).select_related("receipt", "posted_by").order_by("pk")
    # The packet is for all who see the batch: what is confidential is masked whoever asks.
    for posting in map(mask_posting, with_marks(postings).iterator(chunk_size=2000)):
        yield [
            "Posting", str(posting.receipt_id), f"{batch.batch_date}", f"{posting.posted_at.astimezone(zone):%H:%M}",
            posting.receipt.get_kind_display(), "", "", text(posting.receipt.guarantor_name),
            text(posting.receipt.account_number), text(posting.patient_name), "", "", "", "", "", "",
            text(posting.service_id), f"{posting.service_date or ''}", text(posting.description),
            plain_dollars(posting.amount_cents), "", text(posting.reason), text(posting.posted_by or "POPS"),
        ]  # fmt: skip


def _small(kind: str, batch: ReferenceBatch, receipt: Receipt, cents: int, reason: str, by: object) -> list[str]:
    row = [""] * len(HEADINGS)
    row[0], row[1], row[2] = kind, str(receipt.pk), str(batch.batch_date)
    row[7], row[8] = text(receipt.guarantor_name), text(receipt.account_number)
    row[19], row[21], row[22] = plain_dollars(cents), text(reason), text(by)
    return row


def packet_context(close: BatchClose, *, most: int = ROWS_ON_PAPER) -> dict[str, object]:
    """What a close packet tells, for its template; of transactions the first ones."""
    batch = close.batch
    rows = list(islice(find_transactions(batch), most + 1))
    shown = rows[:most]
    return {
        "breakdown": get_breakdown(batch),
        "lines": closed_lines(close),
        "drawer": closed_drawer(close),
        "counts": find_counts(batch),
        "movements": batch.drawer_movements.select_related("made_by"),
        "tables": [shown[start : start + ROWS_A_TABLE] for start in range(0, len(shown), ROWS_A_TABLE)],
        "is_cut": len(rows) > most,
        "declined": find_requested_not_processed(batch, limit=DECLINED_ON_PAPER),
        "reopenings": batch.reopenings.select_related("reopened_by").order_by("pk"),
    }


@dataclass(frozen=True)
class Slip:
    """What goes to the bank, in cents: cash, and each check with number and guarantors.

    Cash as it was counted, and dropped into the safe before, less the float that stays in the drawer.

    `off_cents` is how much more or less the counted checks were than those listed. Cash is below zero when more was
    given back than came in.
    """

    cash_cents: int
    checks: list[tuple[str, str, int]]
    off_cents: int

    @property
    def total_cents(self) -> int:
        return self.cash_cents + sum(cents for _, _, cents in self.checks) + self.off_cents

    @property
    def cash_label(self) -> str:
        """What the cash is called."""
        return "Cash" if self.cash_cents >= 0 else "Cash taken from the drawer: more was given back than came in"

    @property
    def total_label(self) -> str:
        """What the total is called."""
        return "Total deposit" if self.total_cents >= 0 else "Nothing to deposit: more was given back than came in"


def get_slip(close: BatchClose) -> Slip:
    """The deposit slip of a close."""
    return Slip(
        cash_cents=close.deposit_cash_cents,
        checks=_checks(close.batch),
        off_cents=close.over_short[Tender.CHECK],
    )


def _checks(batch: ReferenceBatch) -> list[tuple[str, str, int]]:
    """Each check once, also one that pays for several guarantors."""
    # A refund by check is the practice's own check: it isn't deposited.
    rows = Transaction.objects.filter(
        receipt__batch=batch, receipt__void=None, method=Transaction.Method.CHECK, amount_cents__gt=0
    )
    checks: dict[object, list[Transaction]] = defaultdict(list)
    for row in rows.select_related("receipt").order_by("pk"):
        checks[row.shared_check or row.pk].append(row)
    return [
        (
            parts[0].check_number,
            ", ".join(part.receipt.guarantor_name for part in parts),
            sum(part.amount_cents for part in parts),
        )
        for parts in checks.values()
    ]


def packet_csv(batch: ReferenceBatch) -> bytes:
    """The packet as a file for spreadsheets."""
    return write_csv(HEADINGS, packet_rows(batch))


def slip_csv(close: BatchClose) -> bytes:
    """The deposit slip as a file for spreadsheets."""
    slip = get_slip(close)
    rows = [[slip.cash_label, "", "", plain_dollars(slip.cash_cents)]]
    rows += [["Check", text(number), text(name), plain_dollars(cents)] for number, name, cents in slip.checks]
    if slip.off_cents:
        rows.append(["Checks over or short", "", "", plain_dollars(slip.off_cents)])
    rows.append(["Total" if slip.total_cents >= 0 else slip.total_label, "", "", plain_dollars(slip.total_cents)])
    return write_csv(("Kind", "Check number", "Guarantor", "Amount"), rows)


def write_csv(headings: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read names right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
