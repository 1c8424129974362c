"""import_accounts of service lines, beside a bare COPY of the same rows into the same table with its constraints."""

import io
import json
import os
import resource
import tempfile
import time
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from benchmarks.data import make_guarantors
from pops.core.accounts.models import Encounter
from pops.core.imports.models import AccountImport
from pops.core.practice.models import Facility, Provider

# Beside it the same with a tenth: memory that grew with the file would show.
LINES = int(os.environ.get("IMPORT_LINES", "1000000"))
GUARANTORS = 20_000
# An export has the lines of an encounter together.
LINES_OF_ONE = 51
FIRST_LINE = 10  # behind those that the guarantors have
COLUMNS = "encounter_id, line_number, service_date, description, procedure_code, billed_cents, adjusted_cents, "
COLUMNS += "insurance_pending_cents, insurance_paid_cents, responsibility_date"
HEAD = "encounter_number,line_number,service_date,description,procedure_code,billed,adjusted,insurance_pending,"
HEAD += "insurance_paid,responsibility_date\n"


def write_files(folder: Path, count: int, *, scattered: bool) -> tuple[Path, Path]:
    """The same rows as a practice exports them, and as the table takes them. Scattered: an encounter's far apart."""
    encounters = -(-count // LINES_OF_ONE)
    ids = dict(Encounter.objects.values_list("number", "pk"))
    exported, bare = folder / "lines.csv", folder / "lines.copy"
    with exported.open("w") as theirs, bare.open("w") as ours:
        theirs.write(HEAD)
        for n in range(count):
            visit, nth = (n % encounters, n // encounters) if scattered else divmod(n, LINES_OF_ONE)
            number, line, day = 1 + visit, FIRST_LINE + nth, f"2026-01-{1 + n % 28:02}"
            billed = 10_000 + n % 900
            theirs.write(f"{number},{line},{day},Office visit,99213,{billed // 100}.{billed % 100:02},10.00,,,{day}\n")
            ours.write(f"{ids[number]},{line},{day},Office visit,99213,{billed},1000,0,0,{day}\n")
    return exported, bare


def write_resources(folder: Path, count: int) -> Path:
    """Charges of so many lines as FHIR resources, with whom and what they are about before them."""
    encounters, path = -(-count // LINES_OF_ONE), folder / "bulk.ndjson"
    provider, facility = Provider.objects.earliest("pk"), Facility.objects.earliest("pk")
    with path.open("w") as file:
        for n in range(encounters):
            patient = {"reference": f"Patient/p{n}"}
            number = [{"value": f"F{n}"}]
            pieces: list[dict[str, object]] = [
                {"resourceType": "Patient", "id": f"p{n}", "identifier": number, "name": [{"text": "Ann Lee"}]},
                {"resourceType": "Account", "id": f"a{n}", "status": "active", "identifier": number,
                 "subject": [patient]},
                {"resourceType": "Encounter", "id": f"e{n}", "status": "finished", "class": {"code": "AMB"},
                 "identifier": [{"value": f"{9_000_000 + n}"}], "subject": patient,
                 "participant": [{"individual": {"display": provider.name}}],
                 "location": [{"location": {"reference": "Location/1", "display": facility.name}}]},
            ]  # fmt: skip
            file.writelines(f"{json.dumps(piece)}\n" for piece in pieces)
        for n in range(count):
            visit, line = n % encounters, 1 + n // encounters
            charge = {
                "resourceType": "ChargeItem", "id": f"c{n}", "status": "billed", "code": {"text": "Office visit"},
                "subject": {"reference": f"Patient/p{visit}"}, "context": {"reference": f"Encounter/e{visit}"},
                "identifier": [{"value": f"{visit}-{line}"}], "occurrenceDateTime": "2026-01-05",
                "priceOverride": {"value": 100 + n % 900, "currency": "USD"},
            }  # fmt: skip
            file.write(f"{json.dumps(charge)}\n")
    return path


def copy(path: Path) -> float:
    """Seconds of the bare COPY."""
    began = time.perf_counter()
    with path.open() as file, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY accounts_serviceline ({COLUMNS}) FROM STDIN (FORMAT csv)", file)
    return time.perf_counter() - began


def load(path: Path) -> float:
    """Seconds of the command."""
    began = time.perf_counter()
    call_command("import_accounts", str(path), stdout=io.StringIO())
    assert AccountImport.objects.latest("pk").is_done
    return time.perf_counter() - began


def clear() -> None:
    """As it was before, for the next one."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_serviceline WHERE line_number >= %s", [FIRST_LINE])
        cursor.execute("VACUUM ANALYZE accounts_serviceline")


def peak() -> int:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Target: 0.3 of COPY, memory that doesn't grow with the file."""
    make_guarantors(GUARANTORS)
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for count, scattered in ((LINES // 10, False), (LINES, False), (LINES, True)):
            exported, bare = write_files(Path(folder), count, scattered=scattered)
            copied = copy(bare)
            clear()
            before = peak()
            imported, again = load(exported), load(exported)
            grown = peak() - before
            clear()
            what = f"COPY of {count:,} lines{', scattered' * scattered}"
            rows += [
                {"what": what, "s": round(copied, 1), "rows/s": round(count / copied)},
                {"what": "import_accounts", "s": round(imported, 1), "rows/s": round(count / imported),
                 "ratio": round(copied / imported, 2), "MB grown": grown},
                {"what": "the same again, unchanged", "s": round(again, 1), "rows/s": round(count / again)},
            ]  # fmt: skip
        for count in (LINES // 100, LINES // 10):
            before, path = peak(), write_resources(Path(folder), count)
            imported = load(path)
            rows.append({"what": f"FHIR, {count:,} charges", "s": round(imported, 1), "rows/s": round(count / imported),
                         "MB grown": peak() - before})  # fmt: skip
    return rows
