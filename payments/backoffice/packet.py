"""Everything in a batch, as rows for the packet and the slip, and as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from batches.models import ReferenceBatch
from pops.practice.selectors import get_practice
from receipts.models import Disbursement, Posting, ReceiptVoid, Transaction

# A cell that begins with one of these is run as a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
HEADINGS = (
    "Row", "Receipt", "Date", "Time", "Kind", "Status", "Voided", "Guarantor", "Account", "Patient",
    "Method", "Card brand", "Last four", "Check number", "Approval code", "Transaction number",
    "Service ID", "Service date", "Description", "Amount", "Requested", "Reason", "By",
)  # fmt: skip


def text(value: object) -> str:
    """Text that no spreadsheet runs: what looks like a formula gets an apostrophe before it."""
    words = "" if value is None else str(value)
    return f"'{words}" if words.lstrip(" ").startswith(FORMULA) else words


def dollars(cents: int) -> str:
    """A number with its cents: -123456 -> -1234.56."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def find_transactions(batch: ReferenceBatch) -> Iterable[Transaction]:
    rows = Transaction.objects.filter(receipt__batch=batch).select_related("receipt__void", "receipt__issued_by")
    return rows.order_by("receipt_id", "pk").iterator(chunk_size=2000)


def packet_rows(batch: ReferenceBatch) -> Iterator[list[str]]:
    """Transactions, postings, disbursements and voids of a batch, one row each, under HEADINGS."""
    zone = ZoneInfo(get_practice().time_zone)
    for row in find_transactions(batch):
        receipt = row.receipt
        yield [
            "Transaction", str(receipt.pk), f"{receipt.received_on}", f"{receipt.received_at.astimezone(zone):%H:%M}",
            receipt.get_kind_display(), receipt.get_status_display(), "yes" if hasattr(receipt, "void") else "",
            text(receipt.guarantor_name), text(receipt.account_number), "", row.get_method_display(),
            text(row.card_brand), text(row.card_last4), text(row.check_number), text(row.approval_code),
            text(row.number), "", "", "", dollars(row.amount_cents), dollars(row.requested_cents),
            text(row.reason or receipt.reason), text(receipt.issued_by or "POPS"),
        ]  # fmt: skip
    postings = Posting.objects.filter(batch=batch).select_related("receipt", "posted_by").order_by("pk")
    for posting in postings.iterator(chunk_size=2000):
        yield [
            "Posting", str(posting.receipt_id), f"{batch.batch_date}", f"{posting.posted_at.astimezone(zone):%H:%M}",
            posting.receipt.get_kind_display(), "", "", text(posting.receipt.guarantor_name),
            text(posting.receipt.account_number), text(posting.patient_name), "", "", "", "", "", "",
            text(posting.service_id), f"{posting.service_date}", text(posting.description),
            dollars(posting.amount_cents), "", "", text(posting.posted_by or "POPS"),
        ]  # fmt: skip
    gone = Disbursement.objects.filter(batch=batch).select_related("receipt", "disbursed_by").order_by("pk")
    for row_ in gone:
        yield _small(
            "Disbursement", row_.receipt_id, batch, row_.receipt.guarantor_name, row_.receipt.account_number,
            dollars(row_.amount_cents), row_.reason, row_.disbursed_by,
        )  # fmt: skip
    voids = ReceiptVoid.objects.filter(receipt__batch=batch).select_related("receipt", "voided_by").order_by("pk")
    for void in voids:
        yield _small(
            "Void", void.receipt_id, batch, void.receipt.guarantor_name, void.receipt.account_number,
            dollars(void.receipt.amount_cents), void.reason, void.voided_by,
        )  # fmt: skip


def _small(
    kind: str, number: int, batch: ReferenceBatch, name: str, account: str, amount: str, reason: str, by: object
) -> list[str]:
    row = [""] * len(HEADINGS)
    row[0], row[1], row[2], row[7], row[8] = kind, str(number), str(batch.batch_date), text(name), text(account)
    row[19], row[21], row[22] = amount, text(reason), text(by)
    return row


def slip_rows(batch: ReferenceBatch) -> tuple[int, list[tuple[str, str, int]]]:
    """What goes to the bank: the cash in cents, and each check with number, guarantor and cents."""
    rows = Transaction.objects.filter(receipt__batch=batch, receipt__void=None, method__in=["cash", "check"])
    cash, checks = 0, []
    for row in rows.select_related("receipt").order_by("pk"):
        if row.method == Transaction.Method.CASH:
            cash += row.amount_cents
        elif row.amount_cents > 0:  # a refund by check is the practice's own check: it isn't deposited
            checks.append((row.check_number, row.receipt.guarantor_name, row.amount_cents))
    return cash, checks


def packet_csv(batch: ReferenceBatch) -> bytes:
    return _csv(HEADINGS, packet_rows(batch))


def slip_csv(batch: ReferenceBatch) -> bytes:
    cash, checks = slip_rows(batch)
    rows = [["Cash", "", "", dollars(cash)]]
    rows += [["Check", text(number), text(name), dollars(cents)] for number, name, cents in checks]
    rows.append(["Total", "", "", dollars(cash + sum(cents for _, _, cents in checks))])
    return _csv(("Kind", "Check number", "Guarantor", "Amount"), rows)


def _csv(headings: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read names right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
