"""The rows of a file on their way: a table of its own for each import, unlogged, dropped at the end.

A real table and not a temporary one: behind PgBouncer each transaction may have another connection.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from pops.core.imports.cells import NULL
from pops.core.imports.columns import Plan
from pops.core.imports.readers.faults import Bad
from pops.core.imports.readers.rows import Row
from pops.core.practice.selectors import get_practice
from pops.core.spreadsheets import text
from pops.core.words import shown

PREFIX = "imports_rows_"
# Bytes, not rows, that wait in Python for the database.
WAITING = 1 << 16
TOLD_EVERY = 2_000
# Of a sentence about a cell: it says what stood there, whatever that was.
LONGEST_FAULT = 300
# Of 1: how well rows lie in the order of their keys.
IN_ORDER = 0.9
# In a faults cell: lines of faults, each a column, a tab and what is wrong with it.
COLUMN_END, FAULT_END = "\t", "\n"


def staging_table(run_id: int, kind: str = "") -> str:
    """The name of an import's table; of a kind's, where the file holds several."""
    return f"{PREFIX}{run_id}_{kind}" if kind else f"{PREFIX}{run_id}"


def run_of(table: str) -> int:
    """The number of the import that a table is of."""
    return int(table.removeprefix(PREFIX).partition("_")[0])


def create_staging(plan: Plan, *, table: str) -> None:
    """An empty table for the rows of a file."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE UNLOGGED TABLE {table} ({_columns(plan)})")


def lay_rows(plan: Plan, rows: Iterable[Sequence[str]], *, table: str) -> None:
    """Rows for this transaction alone, whose end forgets them: line, faults, what each speaks of, and its cells."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMP TABLE {table} ({_columns(plan)}, said text[]) ON COMMIT DROP")
        _copy(cursor, f"{table} (line, faults, said{_names(plan)})", buffer)
        cursor.execute(f"ANALYZE {table}")


def _columns(plan: Plan) -> str:
    columns = "".join(f', "{column.name}" {column.sql_type}' for column in plan.columns)
    return f"line int NOT NULL, place int GENERATED ALWAYS AS (line) STORED, faults text{columns}"


def drop_staging(*, table: str) -> None:
    """Drop the table, if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")


def find_left_tables() -> list[str]:
    """Tables of imports that may have died."""
    return [name for name in connection.introspection.table_names() if name.startswith(PREFIX)]


def copy_rows(plan: Plan, rows: Iterator[Row], *, table: str, tell: Callable[[int], None]) -> int:
    """Copy all rows into the table, made into what their columns hold, and return how many there were."""
    stream = RowStream(plan, rows, tell)
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, f"{table} (line, faults{_names(plan)})", stream)
        if stream.error:
            raise stream.error
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")
        if _is_scattered(cursor, plan, table):
            _put_together(cursor, plan, table)
        cursor.execute(f"CREATE UNIQUE INDEX ON {table} (place)")
    return stream.count


def last_place(*, table: str) -> int:
    """The place of the last row; 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(place), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _is_scattered(cursor: Any, plan: Plan, table: str) -> bool:
    """Whether rows that belong together, such as an encounter's lines, may stand apart in the file."""
    cursor.execute(
        "SELECT abs(correlation) FROM pg_stats WHERE tablename = %s AND attname = %s AND schemaname = current_schema()",
        [table, plan.kind.key[0]],
    )
    found = cursor.fetchone()
    return bool(len(plan.kind.key) > 1 and found and found[0] is not None and found[0] < IN_ORDER)


def _put_together(cursor: Any, plan: Plan, table: str) -> None:
    """Sort the rows by their key, for the steps: each would lock most encounters anew, and read most of the table."""
    key = ", ".join(f'"{name}"' for name in plan.kind.key)
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute(
        f"CREATE UNLOGGED TABLE {table}_sorted AS SELECT line, row_number() OVER (ORDER BY {key}, line)::int AS place,"
        f" faults{_names(plan)} FROM {table} ORDER BY place"
    )
    cursor.execute(f"DROP TABLE {table}")
    cursor.execute(f"ALTER TABLE {table}_sorted RENAME TO {table}")
    cursor.execute(f"ANALYZE {table}")


def _names(plan: Plan) -> str:
    return "".join(f', "{column.name}"' for column in plan.columns)


def _copy(cursor: Any, target: str, source: Any) -> None:
    """Have the database read the rows. A time without an offset is on the practice's clock: its own is set to it."""
    _set_clock(cursor, get_practice().time_zone)
    cursor.copy_expert(f"COPY {target} FROM STDIN (FORMAT csv, NULL '{NULL}')", source, WAITING)
    _set_clock(cursor, connection.timezone_name)


def _set_clock(cursor: Any, time_zone: str) -> None:
    """For the rest of this transaction."""
    cursor.execute("SELECT set_config('timezone', %s, true)", [time_zone])


class RowStream:
    """Rows as COPY reads them, made when they are read: what waits in memory is some pages of text."""

    def __init__(self, plan: Plan, rows: Iterator[Row], tell: Callable[[int], None]) -> None:
        self.plan, self.rows, self.tell = plan, rows, tell
        self.count = 0
        self.error: Exception | None = None
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer, lineterminator="\n")

    def read(self, size: int = WAITING) -> str:
        """The next piece of text, of about that size; empty at the end. The database asks for it."""
        self._buffer.seek(0)
        self._buffer.truncate()
        try:
            self._fill(size)
        except Exception as error:
            self.error = error  # raised here, the driver would make another of it
            return ""
        return self._buffer.getvalue()

    def _fill(self, size: int) -> None:
        for row in self.rows:
            self._writer.writerow(stage(self.plan, row))
            self.count += 1
            if self.count % TOLD_EVERY == 0:
                self.tell(row.line)
            # COPY takes no more bytes than it asked for; a letter has four at most, and a row more to come.
            if self._buffer.tell() > size // 8:
                break


def stage(plan: Plan, row: Row) -> list[str]:
    """The cells for the table: the line, what is wrong with it, and each column's value.

    Asked for each cell of the file: it calls nothing but the columns' own parsers.
    """
    if row.fault:
        return [str(row.line), f"{COLUMN_END}{row.fault}", *(NULL for _ in plan.places)]
    values, faults = [str(row.line), NULL], []
    for index, column in plan.places:
        cell = row.cells[index].strip()
        if cell[:1] == "'" and text(cell[1:]) == cell:  # as our own report writes it, so that no spreadsheet changes it
            cell = cell[1:]
        if cell and cell != NULL:
            try:
                values.append(column.parse(cell))
                continue
            except Bad as bad:
                faults.append(f"{column.name}{COLUMN_END}{shown(str(bad))[:LONGEST_FAULT]}")
        elif not column.required:
            values.append(column.blank)
            continue
        else:
            faults.append(f"{column.name}{COLUMN_END}is empty")
        values.append(NULL)
    if faults:
        values[1] = FAULT_END.join(faults)
    return values
