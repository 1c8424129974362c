"""Files that hold accounts, patients, visits and charges in one: FHIR resources and HL7 messages."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from pops.core.imports.readers import fhir, hl7v2
from pops.core.imports.readers.drawer import PARTS, Drawer
from pops.core.imports.readers.rows import Row, Table, open_text
from pops.core.imports.readers.text import Text

FHIR, HL7 = "fhir", "hl7"
LABELS = {FHIR: "FHIR R4 resources", HL7: "HL7 v2 messages"}
WRITTEN = {FHIR: "a resource a line", HL7: "messages of segments"}
TOLD_EVERY = 500
# Signs that may stand around a line.
LINE_END = 10
Headings = Mapping[str, Mapping[str, str]]


@dataclass
class Mixed:
    """A file of several kinds: read once into a drawer, which then gives the rows of each."""

    name: str
    text: Text
    headings: Headings
    drawer: Drawer = field(default_factory=Drawer)

    @property
    def said(self) -> str:
        return f"{self.text.said}, {WRITTEN[self.name]}"

    def read(self, zone: ZoneInfo, tell: Callable[[int], None]) -> None:
        """Read all of the file, once."""
        others = Counter[str]()
        read = self._read_fhir if self.name == FHIR else self._read_hl7
        for line in read(zone, others):
            if line % TOLD_EVERY == 0:
                tell(line)
        for what, times in others.most_common():
            self.drawer.lay("note", line=0, words=f"{times:,} of {what} left out: POPS has no use for them")

    def _read_fhir(self, zone: ZoneInfo, others: Counter[str]) -> Iterator[int]:
        for line, written in self.lines():
            fhir.lay_resource(self.drawer, line, written, zone=zone, others=others)
            yield line

    def _read_hl7(self, zone: ZoneInfo, others: Counter[str]) -> Iterator[int]:
        segments: list[tuple[int, str]] = []
        size = 0
        for line, written in self.lines():
            if written.startswith("MSH") and segments:
                hl7v2.lay_message(self.drawer, segments, zone=zone, others=others)
                segments, size = [], 0
            if written.startswith(hl7v2.SEGMENTS) and size <= hl7v2.LONGEST_MESSAGE:
                segments.append((line, written))
                size += len(written)
            yield line
        if segments:
            hl7v2.lay_message(self.drawer, segments, zone=zone, others=others)

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines that aren't blank, with their numbers, without what MLLP puts around a message.

        Of a line that is too long to be read there is no more than shows it.
        """
        with open_text(self.text) as file:
            line, begins = 1, True
            for written in iter(lambda: file.readline(fhir.LONGEST_LINE + LINE_END), ""):
                if begins and (clean := written.strip("\r\n\x0b\x1c \t")):
                    yield line, clean
                begins = written.endswith(("\r", "\n"))
                line += begins

    def tables(self) -> dict[str, tuple[Table, dict[str, str]]]:
        """For each kind, in the order in which they are loaded: its rows, and the columns by their headings."""
        return {
            part: (
                Table(list(self.headings[part]), self.text.lines, self.said, partial(self.rows, part)),
                dict(self.headings[part]),
            )
            for part in PARTS
        }

    def rows(self, part: str) -> Iterator[Row]:
        return self.drawer.rows(part, self.headings[part])

    @property
    def whole(self) -> Table:
        """Its lines as they are written: what a report shows of the bad ones."""
        return Table(["What it says"], self.text.lines, self.said, self._whole_rows)

    def _whole_rows(self) -> Iterator[Row]:
        return (Row(line, [written]) for line, written in self.lines())

    def notes(self, limit: int) -> tuple[int, list[tuple[int, str]]]:
        count, found = self.drawer.notes(limit)
        return count, list(islice(found, limit))


def find_mixed(text: Text, first: str) -> Mixed | None:
    """The file as one of several kinds, by its first line; None when it is none."""
    if first.lstrip("\x0b").startswith(("MSH|", "FHS|", "BHS|")):
        return Mixed(HL7, text, hl7v2.HEADINGS)
    if first.lstrip().startswith("{") and '"resourceType"' in first:
        return Mixed(FHIR, text, fhir.HEADINGS)
    return None
