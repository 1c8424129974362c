"""The slip of a deposit: what is in the bag, batch by batch, each check listed. Made once and kept with its SHA-256."""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.template.loader import render_to_string

from batches.models import BatchClose, Deposit, DepositDocument
from pops.core.money import plain_dollars
from pops.core.practice.selectors import get_practice
from pops.core.spreadsheets import text
from receipts.documents.files import keep
from receipts.documents.packet import Slip, get_slip, write_csv
from receipts.documents.pdf import render_pdf

Kind = DepositDocument.Kind


@dataclass(frozen=True)
class DepositSlip:
    """What a deposit is made of: the slip of each batch in it, in the order of the batches."""

    deposit: Deposit
    parts: list[tuple[BatchClose, Slip]]

    @property
    def check_count(self) -> int:
        """How many checks are in the bag."""
        return sum(len(slip.checks) for _, slip in self.parts)


def get_deposit_slip(deposit: Deposit) -> DepositSlip:
    """The slip of a deposit."""
    parts = deposit.parts.select_related("close__batch__user", "close__count").order_by("batch__batch_date", "batch_id")
    return DepositSlip(deposit, [(part.close, get_slip(part.close)) for part in parts])


def find_deposits_without_documents(*, limit: int) -> list[int]:
    """Deposits whose slip is still to be made, newest first."""
    return list(Deposit.objects.filter(documents=None).order_by("-pk").values_list("pk", flat=True)[:limit])


def make_deposit_documents(*, deposit_id: int) -> bool:
    """Make and store the slip of a deposit. False when it is there, or being made by another worker."""
    with transaction.atomic():
        rows = Deposit.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        deposit = rows.select_related("made_by").filter(pk=deposit_id).first()
        if deposit is None or deposit.documents.exists():
            return False
        slip = get_deposit_slip(deposit)
        for kind, content in {Kind.SLIP: _pdf(slip), Kind.SLIP_CSV: _csv(slip)}.items():
            suffix = "csv" if kind == Kind.SLIP_CSV else "pdf"
            stored = keep(f"batches/{deposit.deposited_on:%Y/%m}/deposit-{deposit.pk}.{suffix}", content)
            digest = hashlib.sha256(content).hexdigest()
            DepositDocument.objects.create(deposit=deposit, kind=kind, file=stored, sha256=digest)
    return True


def _pdf(slip: DepositSlip) -> bytes:
    practice = get_practice()
    html = render_to_string("receipts/pdf/deposit.html", {"slip": slip, "deposit": slip.deposit, "practice": practice})
    return render_pdf(html, style="packet-pdf", paper_size=practice.paper_size)


def _csv(slip: DepositSlip) -> bytes:
    rows = []
    for close, part in slip.parts:
        batch = text(close.batch)
        rows.append([batch, part.cash_label, "", "", plain_dollars(part.cash_cents)])
        rows += [
            [batch, "Check", text(number), text(name), plain_dollars(cents)] for number, name, cents in part.checks
        ]
        if part.off_cents:
            rows.append([batch, "Checks over or short", "", "", plain_dollars(part.off_cents)])
    rows.append(["Total", "", "", "", plain_dollars(slip.deposit.total_cents)])
    return write_csv(("Batch", "Kind", "Check number", "Guarantor", "Amount"), rows)
