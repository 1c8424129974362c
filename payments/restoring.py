"""After a backup was restored: the world remembers what the database forgot. See docs/restoring.md.

Files, mails and printed paper carry numbers that the database would give again; the outbox holds mails that went out
since; refunds and reviews may have ended at Stripe.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from batches.models import BatchClose, BatchDocument, DepositDocument
from notifications.services import hold_back
from payments.models import Payment, Refund
from pops.changes.feed import note_restore
from pops.core.sequences import find_sequences, get_sequence, move_on
from receipts.documents.files import stored_files
from receipts.models import Receipt, ReceiptDocument, StatementDocument

# Of the last receipts before the loss there may be no file yet. Numbers cost nothing: a gap is no missing receipt.
MARGIN = 10_000
# For each lost receipt that left a file, this many rows of any other table: mails, postings, history.
ROWS_A_RECEIPT = 100
HELD_BACK = "Held back after a restore: it may have been sent before. Send it again if it wasn't."
RECEIPT_FILE = re.compile(r"receipt-(\d+)")
CLOSE_FILE = re.compile(r"(?:packet|slip)-(\d+)")


@dataclass(frozen=True)
class Remembered:
    """What the stored files know beyond the database, and what there is to look at, as the restored rows say."""

    receipts: list[int]  # numbers of receipts that are lost but for their PDF
    closes: list[int]
    unknown_files: list[str]  # that no row knows; kept as they are
    refunds: list[Refund]
    reviews: list[Payment]
    in_the_air: int


def look_around() -> Remembered:
    """What must be known after a restore. Reads the names of all stored files; changes nothing."""
    receipts, closes, statements = (list(stored_files(folder)) for folder in ("receipts", "batches", "statements"))
    known = {*ReceiptDocument.objects.values_list("file", flat=True)}
    known |= {*BatchDocument.objects.values_list("file", flat=True)}
    known |= {*DepositDocument.objects.values_list("file", flat=True)}
    known |= {*StatementDocument.objects.values_list("file", flat=True)}
    return Remembered(
        receipts=_lost(RECEIPT_FILE, receipts, Receipt.objects.values_list("pk", flat=True)),
        closes=_lost(CLOSE_FILE, closes, BatchClose.objects.values_list("pk", flat=True)),
        unknown_files=sorted({*receipts, *closes, *statements} - known),
        refunds=list(Refund.objects.filter(state__in=[*Refund.IN_FLIGHT, Refund.State.REVIEW])),
        reviews=list(Payment.objects.filter(state=Payment.State.REVIEW)),
        in_the_air=Payment.objects.filter(state__in=Payment.UNSETTLED).count(),
    )


def take_up(remembered: Remembered, *, margin: int, now: dt.datetime) -> int:
    """Make the restored database safe to work with: no number is given twice, no mail sent twice.

    Every sequence moves on: a sign-in, a mail or a batch of the lost time may be remembered by its number too.
    Returns how many mails were held back.
    """
    known = {get_sequence(Receipt): remembered.receipts, get_sequence(BatchClose): remembered.closes}
    ahead = ROWS_A_RECEIPT * len(remembered.receipts)
    for sequence in find_sequences():
        highest = max(known[sequence], default=0) if sequence in known else sequence.last + ahead
        move_on(sequence, to=max(sequence.last, highest) + margin)
    note_restore()
    return hold_back(why=HELD_BACK, now=now)


def _lost(pattern: re.Pattern[str], names: Iterable[str], rows: Iterable[int]) -> list[int]:
    """The numbers in files' names that no row has, lowest first."""
    return sorted({int(found[1]) for found in map(pattern.search, names) if found} - {*rows})
