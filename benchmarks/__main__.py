"""`make bench`: measure, print a table, write benchmarks/results/<name>.json."""

import json
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connection

from pops.local.process import launcher

django.setup()

from benchmarks import (  # noqa: E402  models need the set-up above
    api,
    back_office,
    books,
    bringing,
    changes,
    email,
    finding,
    front_page,
    history,
    importing,
    listing,
    notices,
    pdf,
    portal,
    quickpay,
    recording,
    reports,
    webhook,
)
from benchmarks.soak import run as soak  # noqa: E402

BENCHMARKS = {
    "api": api.benchmark,
    "back_office": back_office.benchmark,
    "books": books.benchmark,
    "bringing": bringing.benchmark,
    "changes": changes.benchmark,
    "email": email.benchmark,
    "finding": finding.benchmark,
    "front_page": front_page.benchmark,
    "history": history.benchmark,
    "importing": importing.benchmark,
    "listing": listing.benchmark,
    "notices": notices.benchmark,
    "pdf": pdf.benchmark,
    "portal": portal.benchmark,
    "quickpay": quickpay.benchmark,
    "recording": recording.benchmark,
    "reports": reports.benchmark,
    "soak": soak.benchmark,
    "webhook": webhook.benchmark,
}
RESULTS = Path(__file__).parent / "results"
TICKER = """
import itertools, sys, time
for seconds in itertools.count(30, 30):
    time.sleep(30)
    print(f"  {sys.argv[1]} goes on ({seconds} s)", flush=True)
"""


def main(names: list[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    chosen = names or list(BENCHMARKS)
    for number, name in enumerate(chosen, 1):
        with progress(f"[{number}/{len(chosen)}] {name}"):
            rows = measure(name)
        print_table(name, rows)
        report = {"benchmark": name, "python": platform.python_version(), "machine": platform.machine(), "rows": rows}
        (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n")


def measure(name: str) -> list[dict[str, object]]:
    """The rows of one benchmark, made in a database of its own."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return BENCHMARKS[name]()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


@contextmanager
def progress(label: str) -> Iterator[None]:
    """Say that it begins, goes on, ends. By a process beside: a thread would be measured, and forked, with the rest."""
    print(f"\n{label} ...", flush=True)
    started = time.monotonic()
    ticker = subprocess.Popen(launcher([sys.executable, "-c", TICKER, label]))
    try:
        yield
    finally:
        ticker.kill()
        ticker.wait()
    print(f"{label}: {time.monotonic() - started:.0f} s", flush=True)


def print_table(name: str, rows: list[dict[str, object]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[n]) for line in table) for n in range(len(columns))]
    print(f"\n{name}")
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
