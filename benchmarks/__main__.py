"""`make bench`: measure, print a table, write benchmarks/results/<name>.json."""

import json
import platform
import sys
from pathlib import Path

import django
from django.db import connection

django.setup()

from benchmarks import back_office, email, history, pdf, recording, webhook  # noqa: E402  models need the set-up above

BENCHMARKS = {
    "back_office": back_office.benchmark,
    "email": email.benchmark,
    "history": history.benchmark,
    "pdf": pdf.benchmark,
    "recording": recording.benchmark,
    "webhook": webhook.benchmark,
}
RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    for name in names or BENCHMARKS:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            rows = BENCHMARKS[name]()
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        print_table(name, rows)
        report = {"benchmark": name, "python": platform.python_version(), "machine": platform.machine(), "rows": rows}
        (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n")


def print_table(name: str, rows: list[dict[str, object]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[n]) for line in table) for n in range(len(columns))]
    print(f"\n{name}")
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main(sys.argv[1:])
