"""A report's CSV, written by the database: COPY takes a fraction of the time that Python needs for the cells.

What a spreadsheet would run or change is told by the one rule, pops.core.spreadsheets. The database marks each text
that isn't surely harmless, and only those are looked at here.
"""

import csv
import io
from collections.abc import Sequence
from typing import IO

from django.db import connection
from psycopg2 import sql

from payments.reports.listing import Field, Stored
from payments.reports.outputs.csv import CHUNK, MARK, quoted
from payments.reports.tables import Column, Kind
from pops.core.practice.selectors import get_practice
from pops.core.spreadsheets import MONTHS, text

# Before a cell that is to be looked at: as it is, or to be made words of first. Both begin with what no other cell has.
MARKED = "\x01"
LOOK, SAY = f"{MARKED}l", f"{MARKED}s"
# Stands for a line end within a cell until the lines have theirs. No text in UTF-8 has such a byte.
WITHIN = b"\xff"
# No value and no formula begins with one of these letters, whatever follows, nor with the words before a card's last
# digits: see spreadsheets.VALUE. Of other words those without a digit are none: TRUE and FALSE begin otherwise.
SURE = ", ".join(str(ord(letter)) for letter in "BCGHIKLQRUVWXYZbcghiklqruvwxyz")
CARD, WORDS = "ending in ", "^([ADEJMNOPSadejmnops]|[Ff][^Aa]|[Tt][^Rr])[ -/:-~À-ɏ]*$"
# The same digits when they are read as a number; all others that are nothing but digits are changed.
NUMBER, LONGEST, DIGITS = "^[1-9][0-9]*$", 15, "^[0-9]+$"
# What a value could begin with that begins with a letter.
VALUES = "|".join(["AM", "PM", *sorted({month[:3] for month in MONTHS.split("|")})])
RISKY = rf"^(TRUE|FALSE)|^(?=.*[0-9])({VALUES}|E({VALUES}|E|[^a-z]|$))"
# A text, or one that is marked. What most are is asked first, and by no expression where that can be: those take most
# of a cell's time.
TEXT = """CASE WHEN {cell} = '' THEN NULL WHEN ascii({cell}) IN ({sure}) OR starts_with({cell}, {card}) THEN {cell}
WHEN length({cell}) <= {longest} AND {cell} ~ {number} OR {cell} ~ {words} THEN {cell}
WHEN {cell} ~ {digits} THEN {apostrophe} || {cell} WHEN {cell} ~ '^[A-Za-z][ -~]*$' AND {cell} !~* {risky} THEN {cell}
ELSE {look} || {cell} END"""
ASKED = {
    "card": CARD, "number": NUMBER, "longest": LONGEST, "words": WORDS, "digits": DIGITS, "risky": RISKY, "look": LOOK,
    "apostrophe": "'",
}  # fmt: skip
FORMS = {
    Kind.NUMBER: "{cell}",
    Kind.DATE: "{cell}",
    Kind.CENTS: "{cell} * 0.01",
    Kind.MOMENT: "to_char({cell} AT TIME ZONE {zone}, 'YYYY-MM-DD HH24:MI:SS')",
}


def write(columns: Sequence[Column], stored: Stored, file: IO[bytes]) -> None:
    """The file that csv.write() makes of the same rows, to the byte."""
    names = [sql.Identifier(f"cell_{n}") for n, _ in enumerate(stored.fields)]
    zone = get_practice().time_zone
    cells = [_cell(name, field, zone) for name, field in zip(names, stored.fields, strict=True)]
    file.write(MARK + ",".join(quoted(text(column.label)) for column in columns).encode() + b"\r\n")
    if (query := stored.query()) is None:
        return
    lines = Lines(file, stored)
    with connection.cursor() as cursor:
        rows = sql.SQL(cursor.mogrify(*query).decode())
        shape = sql.SQL("COPY (SELECT {cells} FROM ({rows}) AS rows ({names})) TO STDOUT (FORMAT csv)")
        comma = sql.SQL(", ")
        copy = shape.format(cells=comma.join(cells), rows=rows, names=comma.join(names))
        cursor.copy_expert(copy, lines)
    lines.flush()


def _cell(name: sql.Identifier, field: Field, zone: str) -> sql.Composable:
    """What the database writes for a value: empty for none, as for an empty text."""
    if field.kind in FORMS:
        return sql.SQL(FORMS[field.kind]).format(cell=name, zone=sql.Literal(zone))
    if field.say is None:
        literals = {what: sql.Literal(words) for what, words in ASKED.items()}
        return sql.SQL(TEXT).format(cell=name, sure=sql.SQL(SURE), **literals)
    shape = "CASE {cell} {known} ELSE {say} || {cell} END"
    when = sql.SQL(" WHEN {} THEN {}")
    known = [when.format(sql.Literal(value), sql.Literal(text(field.say(value)) or None)) for value in field.known]
    return sql.SQL(shape).format(cell=name, known=sql.SQL("").join(known), say=sql.Literal(SAY))


class Lines:
    """Takes a line at a time, as the driver gives them, and writes many at once."""

    def __init__(self, file: IO[bytes], stored: Stored) -> None:
        self.file, self.stored = file, stored
        self.mark = MARKED.encode()
        self.lines: list[bytes] = []

    def write(self, line: bytes) -> int:
        self.lines.append(line)
        if len(self.lines) == CHUNK:
            self.flush()
        return len(line)

    def flush(self) -> None:
        block = b"".join(self.lines)
        if self.mark in block or block.count(b"\n") > len(self.lines):
            block = b"".join(map(self._in_words, self.lines))
        self.file.write(block.replace(b"\n", b"\r\n").replace(WITHIN, b"\n"))
        self.stored.note(len(self.lines))
        self.lines = []

    def _in_words(self, line: bytes) -> bytes:
        """A line whose marked cells are words, and whose end is the only one in it."""
        return self._look(line) if self.mark in line or line.count(b"\n") > 1 else line

    def _look(self, line: bytes) -> bytes:
        (cells,) = csv.reader(io.StringIO(line.decode(), newline=""))
        fields = zip(cells, self.stored.fields, strict=True)
        looked_at = ",".join(quoted(_looked_at(cell, field)) for cell, field in fields).encode()
        return looked_at.replace(b"\n", WITHIN) + b"\n"


def _looked_at(cell: str, field: Field) -> str:
    if cell.startswith(LOOK):
        return text(cell[len(LOOK) :])
    if cell.startswith(SAY) and field.say is not None:
        return text(field.say(cell[len(SAY) :]))
    return cell
