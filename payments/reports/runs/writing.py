"""A table into a file, by the kind of file."""

from collections.abc import Callable, Mapping
from typing import IO

from payments.reports.models import Format
from payments.reports.outputs import csv, xlsx
from payments.reports.runs import copying
from payments.reports.tables import Table

Writer = Callable[[Table, IO[bytes]], None]


def _write_csv(table: Table, file: IO[bytes]) -> None:
    if table.stored is None:
        file.writelines(csv.write(table))
    else:
        copying.write(table.columns, table.stored, file)


# What a web server's process writes too. What makes a PDF takes most of a second to load: that is the worker's.
AT_ONCE: Mapping[Format, Writer] = {Format.CSV: _write_csv, Format.XLSX: xlsx.write}


def write_file(table: Table, form: Format, file: IO[bytes], writers: Mapping[Format, Writer] = AT_ONCE) -> None:
    """Write the table, its rows walked through once."""
    writers[form](table, file)
