"""What other systems say in many small pieces that point at each other, laid by until all are there.

A resource or a message names the patient, the account or the visit that it is about, in any order. Memory stays as it
is however many there are.
"""

import re
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

from pops.core.imports.readers.faults import Bad
from pops.core.imports.readers.rows import HALF, Row
from pops.core.words import shown

# What a file may say and no database holds.
UNSTORABLE = re.compile(f"{HALF.pattern}|\x00")
# What pieces are known by, or point with; and how long that is at most.
POINTING = {"ref", "guarantor", "patient", "account", "encounter", "charge"}
LONGEST_NAME = 300

GUARANTORS, PATIENTS, ENCOUNTERS, SERVICE_LINES = PARTS = ("guarantors", "patients", "encounters", "service_lines")
# Of each table, what a piece is known by; nothing where pieces may repeat.
KEYS = {
    "named": "ref",
    "account": "ref",
    "covered": "patient, account",
    "encounter": "ref",
    "charge": "ref",
    "paid": "",
    "fault": "part, line",
    "note": "",
}
SCHEMA = """
CREATE TEMP TABLE named (ref text PRIMARY KEY, line int, number text, name text, email text, phone text,
    birth_date text) ON COMMIT DROP;
CREATE TEMP TABLE account (ref text PRIMARY KEY, line int, number text, guarantor text) ON COMMIT DROP;
CREATE TEMP TABLE covered (patient text, account text, PRIMARY KEY (patient, account)) ON COMMIT DROP;
CREATE TEMP TABLE encounter (ref text PRIMARY KEY, line int, number text, patient text, provider text,
    provider_ref text, facility text, facility_ref text, referring text, referring_ref text) ON COMMIT DROP;
CREATE TEMP TABLE charge (ref text PRIMARY KEY, line int, encounter text, line_number text, service_date text,
    description text, code text, billed text) ON COMMIT DROP;
CREATE TEMP TABLE paid (line int, charge text, cents bigint) ON COMMIT DROP;
CREATE INDEX paid_charge ON paid (charge);
CREATE TEMP TABLE fault (part text, line int, words text, PRIMARY KEY (part, line)) ON COMMIT DROP;
CREATE TEMP TABLE note (line int, words text) ON COMMIT DROP;
"""
NOT_HERE = " || ' is not in this file, or was left out or refused'"
# Line, what is wrong where a piece that is pointed at isn't there, and the cells in the order of the headings.
ROWS = {
    GUARANTORS: f"""
        SELECT a.line, CASE WHEN n.ref IS NULL THEN '@1 ' || coalesce(a.guarantor, 'the guarantor'){NOT_HERE} END,
            a.number, n.name, n.email, n.phone
        FROM account a LEFT JOIN named n ON n.ref = a.guarantor""",
    PATIENTS: """
        SELECT p.line, CASE count(DISTINCT a.number) WHEN 1 THEN NULL
                WHEN 0 THEN '@1 ' || p.ref || ' is the subject of none in this file, or that was left out or refused'
                ELSE '@1 ' || count(DISTINCT a.number) || ' are of ' || p.ref || ', who has one guarantor here' END,
            p.number, min(a.number), p.name, p.birth_date
        FROM named p LEFT JOIN covered c ON c.patient = p.ref LEFT JOIN account a ON a.ref = c.account
        WHERE p.ref LIKE 'Patient/%%' AND (c.patient IS NOT NULL OR p.ref IN (SELECT patient FROM encounter))
        GROUP BY p.ref""",
    ENCOUNTERS: f"""
        SELECT e.line, CASE WHEN p.ref IS NULL THEN '@1 ' || coalesce(e.patient, 'the patient'){NOT_HERE} END,
            e.number, p.number, coalesce(e.provider, by_.name), coalesce(e.facility, at_.name),
            coalesce(e.referring, from_.name)
        FROM encounter e LEFT JOIN named p ON p.ref = e.patient
        LEFT JOIN named by_ ON by_.ref = e.provider_ref LEFT JOIN named at_ ON at_.ref = e.facility_ref
        LEFT JOIN named from_ ON from_.ref = e.referring_ref""",
    SERVICE_LINES: f"""
        SELECT c.line, CASE WHEN e.ref IS NULL THEN '@0 ' || coalesce(c.encounter, 'the visit'){NOT_HERE} END,
            e.number, c.line_number, c.service_date, c.description, c.code, c.billed,
            (SELECT round(sum(cents) / 100, 2) FROM paid WHERE charge = c.ref)::text
        FROM charge c LEFT JOIN encounter e ON e.ref = c.encounter
        UNION ALL
        SELECT p.line, '@6 ' || p.charge{NOT_HERE}, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM paid p WHERE NOT EXISTS (SELECT * FROM charge c WHERE c.ref = p.charge)""",
}


class Drawer:
    """Temporary tables over a connection of their own: rows are read from here while others are copied there.

    All of it is one transaction, which behind PgBouncer stays with one connection, and which nothing outlives.
    """

    def __init__(self) -> None:
        self._own = connection.copy()
        self._own.set_autocommit(False)
        self._end = weakref.finalize(self, self._own.close)
        with self._own.cursor() as cursor:
            cursor.execute(SCHEMA)

    def lay(self, table: str, *, over: bool = False, **facts: Any) -> bool:
        """Lay a piece by; False when there is one of its name, unless that is to be laid over. Raises Bad."""
        for name in POINTING & facts.keys():
            if len(facts[name] or "") > LONGEST_NAME:
                what = f"{facts[name][:40]}..., has {len(facts[name]):,} characters"
                raise Bad(f"what is named or pointed at, {what}; {LONGEST_NAME} are the most")
        names, holes, key = ", ".join(facts), ", ".join(["%s"] * len(facts)), KEYS[table]
        news = ", ".join(f"{name} = excluded.{name}" for name in facts)
        how = f"ON CONFLICT ({key}) DO UPDATE SET {news}" if over else "ON CONFLICT DO NOTHING"
        values = [
            value if value is None or isinstance(value, int) else UNSTORABLE.sub("?", str(value))
            for value in facts.values()
        ]
        with self._own.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({holes}) {how}", values)
            return bool(cursor.rowcount == 1)

    @contextmanager
    def faults_of(self, part: str, line: int, *, what: str) -> Iterator[None]:
        """Whatever goes wrong with one resource or segment is a fault of its line: the rest of the file goes on.

        Libraries raise what they like, and no file may end an import without a word. The database's errors are ours.
        """
        try:
            yield
        except Bad as bad:
            words = str(bad)
        except (DatabaseError, MemoryError):
            raise
        except RecursionError:
            words = f"can't be read as {what}: it is nested too deep"
        except Exception as error:
            words = f"can't be read as {what}: {str(error) or type(error).__name__}"
        else:
            return
        self.lay("fault", part=part, line=line, words=shown(words)[:LONGEST_NAME])

    def rows(self, part: str, headings: Mapping[str, str]) -> Iterator[Row]:
        """The rows of a kind in the order of the file; the headings say where what is lacking was pointed at."""
        names = list(headings)
        for line, words in self._ask("SELECT line, words FROM fault WHERE part = %s ORDER BY line", [part]):
            yield Row(line, [], words)
        whole = "NOT EXISTS (SELECT FROM fault f WHERE f.part = %s AND f.line = r.line)"
        for line, fault, *cells in self._ask(f"SELECT * FROM ({ROWS[part]}) r WHERE {whole} ORDER BY 1", [part]):
            if fault:
                at, _, words = fault.partition(" ")
                fault = f"{names[int(at.removeprefix('@'))]}: {words}"
            yield Row(line, ["" if cell is None else cell for cell in cells], fault or "")

    def notes(self, limit: int) -> tuple[int, list[tuple[int, str]]]:
        """What was left out, in words: how many, and the first of them."""
        [(count,)] = self._ask("SELECT count(*) FROM note")
        return count, list(self._ask("SELECT line, words FROM note ORDER BY line LIMIT %s", [limit]))

    def _ask(self, sql: str, values: Sequence[str | int] | None = None) -> Iterator[Any]:
        """The rows, some at a time: however many there are, memory stays as it is."""
        with self._own.chunked_cursor() as cursor:
            cursor.execute(sql, values)
            yield from cursor
