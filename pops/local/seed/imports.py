"""The sample practice's imports: households that its own system brings, as docs/import.md tells it."""

import datetime as dt
import tempfile
from pathlib import Path

from pops.core.access.models import User
from pops.core.accounts.models import Statement
from pops.core.imports.kinds import KINDS
from pops.core.imports.models import AccountImport
from pops.core.imports.runs import Wish, run_import
from pops.local.datadir import ROOT
from receipts.statements.freezing import SETTLED

SAMPLES = ROOT / "docs" / "samples"


def import_samples(*, now: dt.datetime, by: User) -> None:
    """Import the files of docs/samples, and the guarantors once more: one has another address since, which waits."""
    for name in (*(f"{kind}.csv" for kind in KINDS), "fhir.ndjson", "dft.hl7"):
        _import(SAMPLES / name, now, by)
    with tempfile.TemporaryDirectory() as folder:
        later = Path(folder) / "guarantors.csv"
        later.write_text((SAMPLES / later.name).read_text().replace("beatriz.santos@", "b.santos@"))
        _import(later, now, by)
    # Their services came with them, and nothing more does.
    Statement.objects.filter(detail=None).update(entered_at=now - SETTLED)


def _import(path: Path, now: dt.datetime, by: User) -> None:
    run = AccountImport.objects.create(name=path.name, brought_by=by)
    run_import(run, path=path, wish=Wish(), now=now, tell=lambda step, line: None)
    run.note(ended_at=now)
