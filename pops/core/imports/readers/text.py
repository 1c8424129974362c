"""What a file is before it is read: its size, its encoding, how many lines it has."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from pops.core.imports.readers.faults import Unreadable

# A million service lines take a tenth of it. Beyond, somebody chose the wrong file.
MAX_BYTES = 1 << 30
BLOCK = 1 << 20
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What files begin with that are no text.
NO_TEXT = {
    b"PK\x03\x04": "This is an Excel workbook or a ZIP archive. Save the sheet as CSV UTF-8 and import that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save the sheet as CSV UTF-8 and import that.",
    b"%PDF": "This is a PDF. Export the rows as CSV and import that.",
    b"\x1f\x8b": "This is a gzip archive. Unpack it and import what is in it.",
}
# As decoded with surrogateescape: what is a letter beyond ASCII, and what was no UTF-8.
LETTER, BROKEN = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]"), re.compile("[\udc80-\udcff]")
# Bytes that mean nothing in Windows-1252.
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


@dataclass(frozen=True)
class Text:
    """A file that can be read as text: how it is encoded, and how many lines it has."""

    path: Path
    encoding: str
    lines: int

    @property
    def said(self) -> str:
        """The encoding as people call it."""
        return ENCODINGS.get(self.encoding, "Windows-1252")


def inspect(path: Path) -> Text:
    """Look at a file without reading more than once through it. Raises Unreadable."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("The file is empty.")
    if size > MAX_BYTES:
        raise Unreadable(f"The file has {size / BLOCK:,.0f} MB; {MAX_BYTES // BLOCK:,} MB are the most. Split it.")
    with path.open("rb") as file:
        head = file.read(4096)
    for start, words in NO_TEXT.items():
        if head.startswith(start):
            raise Unreadable(words)
    wide = _find_wide(head)
    return Text(path, wide, _count_wide(path, wide)) if wide else _inspect_bytes(path)


def _find_wide(head: bytes) -> str:
    """UTF-16 by its mark, or by the zeros that it has beside every plain letter; empty when it is none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    odd, even = head[1::2], head[::2]
    if len(head) > 3 and odd.count(0) > len(odd) * 0.4 and even.count(0) == 0:
        return "utf-16-le"
    if len(head) > 3 and even.count(0) > len(even) * 0.4 and odd.count(0) == 0:
        return "utf-16-be"
    return ""


def _count_wide(path: Path, encoding: str) -> int:
    try:
        with path.open(encoding=encoding, newline="") as file:
            return sum(block.count("\n") for block in iter(lambda: file.read(BLOCK), "")) + 1
    except UnicodeError as error:
        raise Unreadable("The file begins as UTF-16 and breaks off within a letter. Export it again.") from error


def _inspect_bytes(path: Path) -> Text:
    """UTF-8 when all of it is, Windows-1252 when none of it is; a mixture would turn names into others."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    lines, has_letters, has_bom, is_foreign, broken = 1, False, False, False, 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            _refuse_nul(block, lines)
            has_bom |= lines == 1 and block.startswith(codecs.BOM_UTF8)
            text = decoder.decode(block).removeprefix("\ufeff")
            if not text.isascii():
                has_letters |= bool(LETTER.search(text))
                is_foreign |= bool(UNDEFINED.search(block))
                found = BROKEN.search(text)
                broken = broken or (lines + text.count("\n", 0, found.start()) if found else 0)
            lines += block.count(b"\n")
    if broken or decoder.decode(b"", final=True):
        _refuse_mixture(broken or lines, is_mixed=has_letters or has_bom, is_foreign=is_foreign)
        return Text(path, "cp1252", lines)
    return Text(path, "utf-8-sig" if has_bom else "utf-8", lines)


def _refuse_nul(block: bytes, lines: int) -> None:
    if (at := block.find(b"\0")) >= 0:
        line = lines + block.count(b"\n", 0, at)
        raise Unreadable(
            f"There is a NUL in line {line:,}: this is no text, or was never written whole. Export it again."
        )


def _refuse_mixture(line: int, *, is_mixed: bool, is_foreign: bool) -> None:
    if is_mixed:
        raise Unreadable(f"Line {line:,} is not UTF-8 as other lines are. Export the file again, as CSV UTF-8.")
    if is_foreign:
        raise Unreadable(f"Line {line:,} is neither UTF-8 nor Windows-1252. Export the file again, as CSV UTF-8.")
