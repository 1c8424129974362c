"""Whether each stored file is still the one that was stored: read whole, its SHA-256 beside the one that was kept."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from batches.models import BatchDocument, DepositDocument
from receipts.models import ReceiptDocument, StatementDocument

AT_ONCE = 500
# Of each rule, files too. Who has more to mend begins with these, and asks again.
SHOWN = 20
# Wrong ones that the next night reads first. With more than these the store itself is lost.
REMEMBERED = 1_000

Document = ReceiptDocument | BatchDocument | DepositDocument | StatementDocument
SOURCES: dict[str, type[Document]] = {
    "receipts": ReceiptDocument,
    "closes": BatchDocument,
    "deposits": DepositDocument,
    "statements": StatementDocument,
}


@dataclass
class FilesRead:
    """How many files were read and are wrong, which ones by source and key, and the last key read of each source."""

    read: int = 0
    found: int = 0
    findings: list[str] = field(default_factory=list)
    wrong: dict[str, list[int]] = field(default_factory=lambda: {source: [] for source in SOURCES})
    through: dict[str, int] = field(default_factory=dict)


def count_files() -> int:
    """How many files are kept."""
    return sum(model._default_manager.count() for model in SOURCES.values())


def read_files(
    *, last: FilesRead | None = None, seconds: float | None = None, tell: Callable[[int], None] | None = None
) -> FilesRead:
    """Read all files; or for so many seconds of each source, those found wrong last time, then on from there.

    `tell` hears how many were read.
    """
    done, last = FilesRead(), last or FilesRead()
    for source, model in SOURCES.items():
        end = None if seconds is None else time.monotonic() + seconds
        after = last.through.get(source, 0) if seconds else 0
        rows: QuerySet[Document] = model._default_manager.order_by("pk")
        again = last.wrong.get(source, [])
        for document in _one_by_one(rows.filter(Q(pk__in=again) & Q(pk__lte=after))):
            _read(done, source, document, tell)
        done.through[source] = 0  # the end was reached: from the first one again
        for document in _one_by_one(rows.filter(pk__gt=after)):
            _read(done, source, document, tell)
            if end is not None and time.monotonic() > end:
                done.through[source] = document.pk
                break
    return done


def _one_by_one(rows: QuerySet[Document]) -> Iterator[Document]:
    return rows.iterator(chunk_size=AT_ONCE)


def _read(done: FilesRead, source: str, document: Document, tell: Callable[[int], None] | None) -> None:
    done.read += 1
    if problem := find_problem(document):
        done.found += 1
        if len(done.wrong[source]) < REMEMBERED:
            done.wrong[source].append(document.pk)
        if len(done.findings) < SHOWN:
            about = f"Receipt {document.receipt_id}" if isinstance(document, ReceiptDocument) else str(document)
            done.findings.append(f"{about}: its file {document.file.name} {problem}.")
    if tell:
        tell(done.read)


def find_problem(document: Document) -> str:
    """What is wrong with a file; empty when it is the one that was stored."""
    try:
        with default_storage.open(str(document.file.name)) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "is not there"
    return "" if digest == document.sha256 else "is not the one that was stored"
