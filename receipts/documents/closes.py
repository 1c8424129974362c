"""The files of a close: packet and deposit slip, as PDF and CSV, made once and kept with their SHA-256."""

import hashlib

from django.db import transaction
from django.template.loader import render_to_string

from batches.models import BatchClose, BatchDocument
from pops.core.access.models import User
from pops.core.accounts.confidential import sees_confidential
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from receipts.documents.files import keep
from receipts.documents.packet import get_slip, packet_context, packet_csv, slip_csv
from receipts.documents.pdf import render_pdf
from receipts.hiding import find_hidden_postings

Kind = BatchDocument.Kind


def find_closes_without_documents(*, limit: int) -> list[int]:
    """Closes whose files are still to be made, newest first."""
    return list(BatchClose.objects.filter(documents=None).order_by("-pk").values_list("pk", flat=True)[:limit])


def make_documents(*, close_id: int) -> bool:
    """Make and store the files of a close. False when they are there, or being made by another worker.

    Without a slip where nothing of it goes to the bank, or its money is in a deposit already: that has the one slip.
    """
    with transaction.atomic():
        close = (
            BatchClose.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .select_related("batch__user", "batch__facility", "closed_by", "count", "deposited")
            .filter(pk=close_id)
            .first()
        )
        if close is None or close.documents.exists():
            return False
        practice = get_practice()
        hidden = find_hidden_postings(close.batch)
        files = {
            Kind.PACKET: _pdf("packet", close, practice, packet_context(close)),
            Kind.PACKET_CSV: packet_csv(close.batch),
        }
        if close.has_own_slip:
            files |= {
                Kind.SLIP: _pdf("slip", close, practice, {"slip": get_slip(close)}),
                Kind.SLIP_CSV: slip_csv(close),
            }
        for kind, content in files.items():
            digest = hashlib.sha256(content).hexdigest()
            stored = _store(close, kind, content)
            BatchDocument.objects.create(close=close, kind=kind, file=stored, sha256=digest, leaves_out=hidden)
    return True


def why_not_open(document: BatchDocument, *, by: User) -> Refused | None:
    """Why a file of a close is not for somebody: it names what became confidential after it was made."""
    if document.kind != Kind.PACKET_CSV or sees_confidential(by):
        return None
    if set(find_hidden_postings(document.close.batch)) <= set(document.leaves_out):
        return None
    words = "This file was made before something in it became confidential. Ask somebody who may see that."
    return Refused("confidential", words)


def _pdf(name: str, close: BatchClose, practice: Practice, context: dict[str, object]) -> bytes:
    heading = {"packet": "Close packet", "slip": "Deposit slip"}[name]
    frame = {"close": close, "batch": close.batch, "practice": practice, "heading": heading}
    html = render_to_string(f"receipts/pdf/{name}.html", {**context, **frame})
    return render_pdf(html, style="packet-pdf", paper_size=practice.paper_size)


def _store(close: BatchClose, kind: Kind, content: bytes) -> str:
    suffix = "csv" if kind.endswith("_csv") else "pdf"
    name = f"batches/{close.batch.batch_date:%Y/%m}/{kind.removesuffix('_csv')}-{close.pk}.{suffix}"
    return keep(name, content)
