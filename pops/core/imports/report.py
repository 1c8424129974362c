"""The report of an import's bad lines: the lines themselves, with what is wrong before them, to be mended."""

import csv
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path

from pops.core.imports.checks import read_faults
from pops.core.imports.columns import Plan
from pops.core.imports.parts import Part
from pops.core.imports.readers.rows import Row, Table
from pops.core.spreadsheets import text

# Before the file's own columns. They are none of an import's, so that a mended report is read as a file like any other.
FIRST = ("Line", "What is wrong")


def write_report(parts: Sequence[Part], found: Table, *, path: Path) -> None:
    """Write the bad lines as CSV, as UTF-8 that spreadsheets know as such."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*FIRST, *map(text, found.headings)])
        rows = found.rows()
        for line, faults in groupby(read_sentences(parts), key=lambda fault: fault[0]):
            row = next((row for row in rows if row.line >= line), Row(line, []))
            words = "; ".join(words for _, words in faults)
            writer.writerow([line, text(words), *map(text, row.cells)])


def read_sentences(parts: Sequence[Part], *, limit: int | None = None) -> Iterator[tuple[int, str]]:
    """Line and what is wrong with it, in the order of the file."""
    faults = read_faults(tables=[part.table for part in parts], limit=limit)
    return islice(((line, sentence(parts[at].plan, column, words)) for line, at, column, words in faults), limit)


def sentence(plan: Plan, column: str, words: str) -> str:
    """A fault as it is said: the file's own heading, then what is wrong with it."""
    return say_fault(plan.heading_of.get(column, column), words)


def say_fault(heading: str, words: str) -> str:
    """What is wrong as a sentence about a heading; about the whole row, where that is empty."""
    if not heading:
        return words
    return f"{heading}: {words}" if words[:1].isupper() else f"{heading} {words}".strip()
