"""HL7 v2 messages of charges (DFT^P03), as a practice's system sends them: which field gives what.

See docs/integration.md. What a later message says of the same patient, account, visit or charge holds.
"""

import re
from collections import Counter, defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import hl7

from pops.core.imports.readers.clock import day_on_clock
from pops.core.imports.readers.drawer import ENCOUNTERS, GUARANTORS, PATIENTS, SERVICE_LINES, Drawer
from pops.core.imports.readers.faults import Bad
from pops.core.words import shown

HEADINGS = {
    GUARANTORS: {"GT1-2": "account_number", "GT1-3": "name", "GT1-6[Internet]": "email", "GT1-6": "phone"},
    PATIENTS: {"PID-3": "patient_number", "PID-18": "account_number", "PID-5": "name", "PID-7": "birth_date"},
    ENCOUNTERS: {
        "PV1-19": "encounter_number", "PID-3": "patient_number", "PV1-7": "provider", "PV1-3": "facility",
        "PV1-8": "referring_provider",
    },
    SERVICE_LINES: {
        "PV1-19": "encounter_number", "FT1-2": "line_number", "FT1-4": "service_date", "FT1-8": "description",
        "FT1-7": "procedure_code", "FT1-11": "billed", "FT1-6": "insurance_paid",
    },
}  # fmt: skip
# MSH, and the signs that keep fields and their parts apart.
BEGINNING = re.compile(r"MSH([^\w\s])([^\w\s]{4,5})\1")
CHARGE = "CG"
OTHERS = {"CD": "a credit", "PY": "a payment", "AJ": "an adjustment"}
# What is read of a message. Others may hold whole documents.
SEGMENTS = ("MSH", "PID", "GT1", "PV1", "FT1")
# Signs; a message of more is a file without MSH. A segment takes time by its length, and seconds beyond.
LONGEST_SEGMENT, LONGEST_MESSAGE = 64_000, 250_000
# Of the name of a message that is left out.
LONGEST_NAME = 40
WHAT = "HL7"
# What stands for a separator; breaks of lines and spaces; signs by their hexadecimal numbers.
SEPARATORS = {"F": 1, "R": 2, "S": 3, "T": 4}
SPACES = re.compile(r"\.(?:br|sp|sk|ce|in|ti)[-+]?\d*")
SIGNS = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


def lay_message(drawer: Drawer, segments: list[tuple[int, str]], *, zone: ZoneInfo, others: Counter[str]) -> None:
    """Lay a message by, each segment with its line of the file; or what is wrong with it."""
    for line, text in segments:
        if len(text) > LONGEST_SEGMENT:
            words = f"has more than {LONGEST_SEGMENT:,} characters: a segment is shorter. Its message is not read"
            drawer.lay("fault", part=GUARANTORS, line=line, words=words)
            return
    with drawer.faults_of(GUARANTORS, segments[0][0], what=WHAT):
        check_message([text for _, text in segments])
        read = Message(segments)
        if read.get("MSH", 9) != "DFT":
            others[shown(f"{read.get('MSH', 9)}^{read.get('MSH', 9, 2)}")[:LONGEST_NAME]] += 1
            return
        read.lay_people(drawer)
        read.lay_charges(drawer, zone)


def check_message(segments: list[str]) -> None:
    """Raises Bad unless it begins as a message, and has an end."""
    if sum(map(len, segments)) > LONGEST_MESSAGE:
        raise Bad(f"has more than {LONGEST_MESSAGE:,} characters: a message begins with MSH")
    found = BEGINNING.match(segments[0])
    if not found or len({found[1], *found[2]}) < len(found[1] + found[2]):
        raise Bad("is no HL7 message: it begins with MSH and five signs that separate, such as MSH|^~\\&|")


class Message:
    """A message that was read, and the lines of its segments."""

    def __init__(self, segments: list[tuple[int, str]]) -> None:
        self.parsed = hl7.parse("\r".join(text for _, text in segments) + "\r")
        self.lines = [line for line, _ in segments]
        self.places = defaultdict[str, list[int]](list)
        for place, segment in enumerate(self.parsed):
            self.places[str(segment[0])].append(place)
        self.escaped = re.compile("{0}([^{0}]*){0}".format(re.escape(self.parsed.esc)))

    def find(self, name: str) -> list[int]:
        """Places of the segments of a name."""
        return self.places.get(name, [])

    def line(self, name: str) -> int:
        return self.lines[next(iter(self.find(name)), 0)]

    def get(self, name: str, field: int, component: int = 1, *, repeat: int = 0, at: int | None = None) -> str:
        """A component of a field, of the first segment of a name or of the one at a place; empty where none is."""
        places = self.find(name) if at is None else [at]
        if not places:
            return ""
        return self._text(self.parsed[places[0]], field, component, repeat)

    def _text(self, segment: Any, field: int, component: int, repeat: int) -> str:
        try:
            found = segment[field][repeat]
        except IndexError:
            return ""
        if isinstance(found, str):
            return self._unescape(found) if component == 1 else ""
        try:
            return self._unescape(str(found[component - 1]))
        except IndexError:
            return ""

    def _unescape(self, text: str) -> str:
        """The text as people read it. The library's own way writes what it can't read, such as a name, into the log."""
        return self.escaped.sub(self._meant, text).strip()

    def _meant(self, found: re.Match[str]) -> str:
        """What an escape stands for; nothing where it only says how the text looks, or is none."""
        if found[1] == "E":
            return str(self.parsed.esc)
        if found[1] in SEPARATORS:
            return str(self.parsed.separators[SEPARATORS[found[1]]])
        if signs := SIGNS.fullmatch(found[1]):
            return bytes.fromhex(signs[1]).decode("latin-1")
        return " " if SPACES.fullmatch(found[1]) else ""

    def repeats(self, name: str, field: int) -> range:
        places = self.find(name)
        try:
            return range(len(self.parsed[places[0]][field])) if places else range(0)
        except IndexError:
            return range(0)

    def lay_people(self, drawer: Drawer) -> None:
        """Guarantor, patient and visit."""
        account, patient = self.get("GT1", 2) or self.get("PID", 18), f"Patient/{self.patient}"
        with drawer.faults_of(GUARANTORS, self.line(self.answers[0]), what=WHAT):
            self._lay_guarantor(drawer, account, f"Guarantor/{account}")
        line = self.line("PID")
        with drawer.faults_of(PATIENTS, line, what=WHAT):
            drawer.lay(
                "named", over=True, ref=patient,
                line=line, number=self.patient, name=self.person("PID", 5), birth_date=self.get("PID", 7)[:8],
            )  # fmt: skip
            drawer.lay("covered", patient=patient, account=f"Account/{account}")
        if self.find("PV1"):
            self._lay_visit(drawer, patient)

    def _lay_visit(self, drawer: Drawer, patient: str) -> None:
        line = self.line("PV1")
        with drawer.faults_of(ENCOUNTERS, line, what=WHAT):
            drawer.lay(
                "encounter", over=True, ref=f"Encounter/{self.get('PV1', 19)}",
                line=line,
                number=self.get("PV1", 19),
                patient=patient,
                provider=self.doctor(7),
                facility=self.get("PV1", 3, 4) or self.get("PV1", 3),
                referring=self.doctor(8),
            )  # fmt: skip

    @property
    def answers(self) -> tuple[str, int, int]:
        """The segment of who answers, with the fields of their names and phones: of GT1, or the patient."""
        return ("GT1", 3, 6) if self.find("GT1") else ("PID", 5, 13)

    def _lay_guarantor(self, drawer: Drawer, account: str, ref: str) -> None:
        who, names, phones = self.answers
        line = self.line(who)
        drawer.lay(
            "named", over=True, ref=ref,
            line=line, name=self.person(who, names), email=self.email(who, phones), phone=self.get(who, phones),
        )  # fmt: skip
        drawer.lay("account", over=True, ref=f"Account/{account}", line=line, number=account, guarantor=ref)

    def lay_charges(self, drawer: Drawer, zone: ZoneInfo) -> None:
        """Each charge; what else is booked says no line that it belongs to."""
        visit = self.get("PV1", 19)
        for at in self.find("FT1"):
            kind = self.get("FT1", 6, at=at)
            if kind != CHARGE:
                words = f"FT1 is left out: it is {OTHERS.get(kind, 'no charge (CG)')}, and names no line"
                drawer.lay("note", line=self.lines[at], words=words)
                continue
            with drawer.faults_of(SERVICE_LINES, self.lines[at], what=WHAT):
                self._lay_charge(drawer, at, visit, zone)

    def _lay_charge(self, drawer: Drawer, at: int, visit: str, zone: ZoneInfo) -> None:
        number = (self.get("FT1", 2, at=at) or self.get("FT1", 1, at=at)).rpartition("-")[2]
        drawer.lay(
            "charge", over=True, ref=f"Charge/{visit}-{number}",
            line=self.lines[at],
            encounter=f"Encounter/{visit}",
            line_number=number,
            service_date=on_clock(self.get("FT1", 4, at=at), zone),
            description=self.get("FT1", 8, at=at) or self.get("FT1", 7, 2, at=at),
            code=self.get("FT1", 25, at=at) or self.get("FT1", 7, at=at),
            billed=self.get("FT1", 11, at=at),
        )  # fmt: skip

    @property
    def patient(self) -> str:
        """The medical record number, or the first number."""
        of_type = [n for n in self.repeats("PID", 3) if self.get("PID", 3, 5, repeat=n) == "MR"]
        return self.get("PID", 3, repeat=next(iter(of_type), 0))

    def person(self, name: str, field: int) -> str:
        """Given, middle and family name, and a suffix."""
        return " ".join(filter(None, (self.get(name, field, part) for part in (2, 3, 1, 4))))

    def email(self, name: str, field: int) -> str:
        found = [self.get(name, field, 4, repeat=n) for n in self.repeats(name, field)]
        return next((one for one in found if "@" in one), "")

    def doctor(self, field: int) -> str:
        """Priya Raman, MD: who attended (7), or referred (8)."""
        name = " ".join(filter(None, (self.get("PV1", field, part) for part in (3, 2))))
        degree = self.get("PV1", field, 7)
        return f"{name}, {degree}" if degree else name


def on_clock(moment: str, zone: ZoneInfo) -> str:
    """The day of a time stamp; on the practice's clock where it says another one's."""
    if len(moment) < 12 or moment[-5] not in "+-":
        return moment[:8]
    written = f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}T{moment[8:10]}:{moment[10:12]}{moment[-5:]}"
    return day_on_clock(written, zone) or moment
