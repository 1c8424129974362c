"""What other systems say in many small pieces that point at each other, laid by on disk until all are there.

A resource or a message names the patient, the account or the visit that it is about, in any order. Memory stays as it
is however many there are.
"""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from pops.core.imports.readers.rows import HALF, Row
from pops.core.money import plain_dollars

GUARANTORS, PATIENTS, ENCOUNTERS, SERVICE_LINES = PARTS = ("guarantors", "patients", "encounters", "service_lines")
SCHEMA = """
CREATE TABLE named (ref TEXT PRIMARY KEY, line INT, number TEXT, name TEXT, email TEXT, phone TEXT, birth_date TEXT);
CREATE TABLE account (ref TEXT PRIMARY KEY, line INT, number TEXT, guarantor TEXT);
CREATE TABLE covered (patient TEXT, account TEXT, PRIMARY KEY (patient, account));
CREATE TABLE encounter (ref TEXT PRIMARY KEY, line INT, number TEXT, patient TEXT, provider TEXT, provider_ref TEXT,
    facility TEXT, facility_ref TEXT);
CREATE TABLE charge (ref TEXT PRIMARY KEY, line INT, encounter TEXT, line_number TEXT, service_date TEXT,
    description TEXT, code TEXT, billed TEXT);
CREATE TABLE paid (line INT, charge TEXT, cents INT);
CREATE INDEX paid_charge ON paid (charge);
CREATE TABLE fault (part TEXT, line INT, words TEXT);
CREATE TABLE note (line INT, words TEXT);
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
        WHERE p.ref LIKE 'Patient/%' AND (c.patient IS NOT NULL OR p.ref IN (SELECT patient FROM encounter))
        GROUP BY p.ref""",
    ENCOUNTERS: f"""
        SELECT e.line, CASE WHEN p.ref IS NULL THEN '@1 ' || coalesce(e.patient, 'the patient'){NOT_HERE} END,
            e.number, p.number, coalesce(e.provider, by_.name), coalesce(e.facility, at_.name)
        FROM encounter e LEFT JOIN named p ON p.ref = e.patient
        LEFT JOIN named by_ ON by_.ref = e.provider_ref LEFT JOIN named at_ ON at_.ref = e.facility_ref""",
    SERVICE_LINES: f"""
        SELECT c.line, CASE WHEN e.ref IS NULL THEN '@0 ' || coalesce(c.encounter, 'the visit'){NOT_HERE} END,
            e.number, c.line_number, c.service_date, c.description, c.code, c.billed,
            dollars((SELECT sum(cents) FROM paid WHERE charge = c.ref))
        FROM charge c LEFT JOIN encounter e ON e.ref = c.encounter
        UNION ALL
        SELECT p.line, '@6 ' || p.charge{NOT_HERE}, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM paid p WHERE NOT EXISTS (SELECT * FROM charge c WHERE c.ref = p.charge)""",
}


class Drawer:
    """A database of its own in a temporary file, gone with the last who holds it."""

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="imports-")  # noqa: SIM115  as long as the drawer
        self._base = sqlite3.connect(self._file.name, isolation_level=None)
        # Nothing of it outlives the import: it needs no journal.
        self._base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;")
        self._base.executescript(SCHEMA)
        self._base.create_function("dollars", 1, plain_dollars, deterministic=True)
        self._base.execute("BEGIN")

    def lay(self, table: str, *, over: bool = False, **facts: Any) -> bool:
        """Lay a piece by; False when there is one of its name, unless that is to be laid over."""
        names, holes = ", ".join(facts), ", ".join("?" * len(facts))
        how = "REPLACE" if over else "IGNORE"
        values = [HALF.sub("?", value) if isinstance(value, str) else value for value in facts.values()]
        found = self._base.execute(f"INSERT OR {how} INTO {table} ({names}) VALUES ({holes})", values)
        return found.rowcount == 1

    def rows(self, part: str, headings: Mapping[str, str]) -> Iterator[Row]:
        """The rows of a kind in the order of the file; the headings say where what is lacking was pointed at."""
        names = list(headings)
        faults = self._base.execute("SELECT line, words FROM fault WHERE part = ?", [part])
        for line, words in faults:
            yield Row(line, [], words)
        for line, fault, *cells in self._base.execute(f"{ROWS[part]} ORDER BY 1"):
            if fault:
                at, _, words = fault.partition(" ")
                fault = f"{names[int(at.removeprefix('@'))]}: {words}"
            yield Row(line, ["" if cell is None else str(cell) for cell in cells], fault or "")

    def notes(self, limit: int) -> tuple[int, list[tuple[int, str]]]:
        """What was left out, in words: how many, and the first of them."""
        count = self._base.execute("SELECT count(*) FROM note").fetchone()[0]
        return count, self._base.execute("SELECT line, words FROM note ORDER BY line LIMIT ?", [limit]).fetchall()
