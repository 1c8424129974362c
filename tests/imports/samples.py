"""The samples of docs/integration.md, and what an import of them says."""

from pathlib import Path

from django.conf import settings

from pops.core.imports.models import AccountImport

SAMPLES = Path(settings.BASE_DIR) / "docs" / "samples"
FHIR, DFT = (SAMPLES / "fhir.ndjson").read_text(), (SAMPLES / "dft.hl7").read_text()


def said(run: AccountImport) -> list[str]:
    """What is wrong, in words."""
    return [words for _, words in run.faults]
