"""The rows of a file, whatever its form: one line of text after the other, never the whole file."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TextIO

from pops.core.imports.readers.faults import Bad, Unreadable
from pops.core.imports.readers.text import Text
from pops.core.words import shown

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# JSON can say half of a letter; no database takes it.
HALF = re.compile("[\ud800-\udfff]")
# A heading is a few words. What is longer is a file without line ends.
LONGEST_HEADING = 20_000


class Row(NamedTuple):
    """The cells of a row and the line of the file that it begins in; or why it has none."""

    line: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A file as a table: its headings, how it is written, and its rows, which can be read again and again."""

    headings: list[str]
    lines: int
    said: str
    rows: Callable[[], Iterator[Row]]


def first_line(text: Text) -> str:
    """The first line with something on it, or its beginning. Raises Unreadable when there is none."""
    with open_text(text) as file:
        first = next((line for line in iter(lambda: file.readline(LONGEST_HEADING), "") if line.strip()), "")
    if not first:
        raise Unreadable("The file holds nothing but blank lines.")
    return first


def read_table(text: Text) -> Table:
    """A CSV file or one of JSON objects, a line each (NDJSON). Raises Unreadable."""
    first = first_line(text)
    if first.lstrip().startswith("["):
        raise Unreadable("This is one JSON list. Write one object a line, without commas between them (NDJSON).")
    return _read_json(text) if first.lstrip().startswith("{") else _read_csv(text, first)


def open_text(text: Text) -> TextIO:
    """The file as its encoding has it, its line ends as they are."""
    return text.path.open(encoding=text.encoding, newline="")


def _read_csv(text: Text, first: str) -> Table:
    separator = max(SEPARATORS, key=first.count)
    if len(first) >= LONGEST_HEADING:
        raise Unreadable("The first line has no end. The first line must hold the columns' names.")
    headings = [shown(heading) for heading in next(_csv_rows(text, separator)).cells]
    if not first.count(separator):
        raise Unreadable("The first line holds one name alone. Separate columns by commas, semicolons, tabs or bars.")

    def rows() -> Iterator[Row]:
        found = _csv_rows(text, separator)
        width = len(next(found).cells)
        yield from (_fit(row, width) for row in found)

    return Table(headings, text.lines, f"{text.said}, separated by {SEPARATORS[separator]}", rows)


def _csv_rows(text: Text, separator: str) -> Iterator[Row]:
    """Rows with cells; a line that breaks the rules of quotes is a fault of its own, and reading goes on after it."""
    with open_text(text) as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error) or "field limit" in str(error):
                    raise Unreadable(f"A quote that opens in line {line:,} is never closed.") from error
                yield Row(line, [], 'has a quote in the middle of a cell: write "" for a quote within quotes')
                continue
            if any(cells):
                yield Row(line, cells)


def _fit(row: Row, width: int) -> Row:
    """Empty cells at the end are a spreadsheet's. Any other difference shifts amounts into other columns."""
    cells = row.cells
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) == width or row.fault:
        return row
    return Row(row.line, cells, f"has {len(cells)} cells, the first line {width}: a comma or a quote too many or few")


def _read_json(text: Text) -> Table:
    first = next(_json_lines(text))
    if isinstance(first[1], str):
        raise Unreadable(f"Line {first[0]:,} {first[1]}.")
    headings = list(first[1])

    def rows() -> Iterator[Row]:
        for line, found in _json_lines(text):
            if isinstance(found, str):
                yield Row(line, [], found)
            elif found.keys() != set(headings):
                other = ", ".join(sorted(found.keys() ^ set(headings)))
                yield Row(line, [], f"has other names than the first line: {other}")
            else:
                yield Row(line, [found[name] for name in headings])

    return Table(headings, text.lines, f"{text.said}, one JSON object a line", rows)


def _json_lines(text: Text) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Each object with texts for its values, or what is wrong with the line."""
    with open_text(text) as file:
        for line, written in enumerate(file, 1):
            if not written.strip():
                continue
            try:
                found = json.loads(written, object_pairs_hook=_flat, parse_float=str, parse_int=str, parse_constant=str)
            except Bad as bad:
                yield line, str(bad)
            except (ValueError, RecursionError):
                yield line, "is no JSON object: a line was cut, or a quote or brace is missing"
            else:
                yield line, found if isinstance(found, dict) else "is no JSON object"


def _flat(pairs: list[tuple[str, Any]]) -> dict[str, str]:
    values = {name: _as_text(name, value) for name, value in pairs}
    if not all(name.isprintable() for name in values):
        raise Bad("has a sign in a name that can't be seen")
    if len(values) < len(pairs):
        raise Bad("says the same name twice")
    return values


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise Bad(f"holds more than one value in {name}")
    if isinstance(value, bool):
        return "yes" if value else "no"
    words = "" if value is None else str(value)
    if HALF.search(words):
        raise Bad(f"holds half a letter in {name}")
    return words
