"""Giving what was committed its place in the feed: one sequencer at a time, after the fact.

Who records money writes nothing for the feed, neither a row nor a column nor an index. The sequencer finds what each
table holds beyond its mark and appends it, in a transaction of its own that holds one advisory lock. So the next place
is given only once the last one can be seen: no reader passes a place that is filled later. What is found is committed,
and what is in the feed already is not found again.

A mark moves only where nothing can appear behind it: see Mark. A transaction that takes long keeps the mark of the
tables that it writes to, so that more is looked through each time; it holds up nobody's change but its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from pops.changes.models import Mark

# "POPC" in ASCII: who holds it is the sequencer.
SEQUENCER_LOCK = 0x504F5043
# Rows. To look through them takes about half a second.
FAR = 20_000
FACTS = (Path(__file__).parent / "facts.sql").read_text()
# Tables of upper floors, reached by their names, as facts.sql reads them: what numbers their rows.
SOURCES = {
    "receipts": ("receipts_receipt", "number"),
    "moves": ("receipts_receiptmove", "id"),
    "voids": ("receipts_receiptvoid", "id"),
    "batches": ("batches_referencebatch", "id"),
    "closes": ("batches_batchclose", "id"),
    "reopenings": ("batches_batchreopening", "id"),
    "reviews": ("payments_paymentevent", "pgh_id"),
    "merges": ("accounts_guarantormerge", "id"),
    "accounts": ("accounts_guarantorevent", "pgh_id"),
}
LOOK = """
SELECT source, coalesce(pg_sequence_last_value(pg_get_serial_sequence(tbl, col)::regclass), 0),
       coalesce(done_through, 0), pending_through, coalesce(pending_writers, '{}')
FROM unnest(%s, %s, %s) AS read (source, tbl, col) LEFT JOIN changes_mark USING (source)
"""
# Whatever draws a number holds this lock from before it does so until its transaction ends.
WRITERS = """
SELECT c.relname, array_agg(DISTINCT l.virtualtransaction)
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.pid IS DISTINCT FROM pg_backend_pid() AND l.relation = ANY(%s::regclass[])
GROUP BY c.relname
"""


@dataclass(frozen=True)
class Reading:
    """A table that is read: the last number that was drawn, and its mark."""

    source: str
    drawn: int
    done_through: int
    pending_through: int | None
    pending_writers: list[str]

    def move_on(self, writers: set[str]) -> "Reading":
        """The reading once all was found that could be seen, while these transactions may still write."""
        if not writers:
            return Reading(self.source, self.drawn, self.drawn, None, [])
        if self.pending_through is None:
            return Reading(self.source, self.drawn, self.done_through, self.drawn, sorted(writers))
        if writers & set(self.pending_writers):
            return self
        return Reading(self.source, self.drawn, self.pending_through, self.drawn, sorted(writers))


def is_behind() -> bool:
    """Whether anything was drawn beyond the marks. Holds nothing and changes nothing."""
    return any(reading.drawn > reading.done_through for reading in _look())


def is_far_behind() -> bool:
    """Whether there is so much to look through that nobody should wait for it, such as a practice's past."""
    beyond = {reading.source: reading.done_through for reading in _look() if reading.drawn > reading.done_through}
    if not beyond:
        return False
    rows = " UNION ALL ".join(
        f"(SELECT FROM {SOURCES[source][0]} WHERE {SOURCES[source][1]} > {mark:d} LIMIT {FAR})"
        for source, mark in beyond.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT FROM ({rows}) AS each LIMIT {FAR}) AS beyond")  # noqa: S608
        return bool(cursor.fetchone()[0] == FAR)


def sequence_changes(*, from_start: bool = False) -> int:
    """Append to the feed what was committed since, and return how much. 0, too, while somebody else does it.

    A transaction of its own: what it finds can be read once this returns. `from_start` believes no mark.
    """
    if not from_start and not is_behind():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        if cursor.fetchone() == (False,):
            return 0
        # In this order: the numbers that were drawn, then who may still write, then what can be seen.
        readings = list(_look())
        cursor.execute(WRITERS, [[table for table, _ in SOURCES.values()]])
        writers = {table: set(names) for table, names in cursor.fetchall()}
        cursor.execute(FACTS, {one.source: 0 if from_start else one.done_through for one in readings})
        found = int(cursor.rowcount)
        _keep(readings, [one.move_on(writers.get(SOURCES[one.source][0], set())) for one in readings])
    return found


def _look() -> Iterator[Reading]:
    tables, columns = zip(*SOURCES.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [list(SOURCES), list(tables), list(columns)])
        for row in cursor.fetchall():
            yield Reading(*row)


def _keep(before: list[Reading], after: list[Reading]) -> None:
    moved = [
        Mark(
            source=new.source,
            done_through=new.done_through,
            pending_through=new.pending_through,
            pending_writers=new.pending_writers,
        )
        for old, new in zip(before, after, strict=True)
        if new != old
    ]
    Mark.objects.bulk_create(
        moved,
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["done_through", "pending_through", "pending_writers"],
    )
