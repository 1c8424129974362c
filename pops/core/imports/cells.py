"""What stands in a cell, made into what PostgreSQL reads. What is refused says why and what to write instead."""

import datetime as dt
import re
from functools import lru_cache

from pops.core.card_numbers import WORDS as CARD_WORDS
from pops.core.card_numbers import holds_card_number
from pops.core.imports.readers.faults import MAX_CENTS, Bad
from pops.core.money import format_cents, parse_cents
from pops.core.words import day, shown

# What stands for "nothing" on the way to the database.
NULL = "\\N"
CACHED = 1 << 16

_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|#+)")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_ZONED = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_US_TIME = re.compile(r"(\d{1,2}/\d{1,2}/\d{4}) (\d{1,2}:\d{2}(?::\d{2})?)(?: ?([AP]M))?", re.IGNORECASE)
_DAY_OF_SHEET = re.compile(r"\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+")
_NEGATIVE = re.compile(r"-\s*(.+)|\((.+)\)|(.+)-")
_YES, _NO = {"yes", "y", "true", "t", "1", "x"}, {"no", "n", "false", "f", "0"}
# Day 60 of Excel's calendar is a day that never was.
_SHEET_BEGAN = dt.date(1899, 12, 30)


def words(text: str, longest: int) -> str:
    """A name or a remark on one line."""
    if holds_card_number(text):
        raise Bad(CARD_WORDS)
    return line(text, longest)


def line(text: str, longest: int) -> str:
    """A text on one line that may be a number: a phone's, a tax ID, the number of a facility."""
    if text[0] in "=#":
        _refuse_sheets(text)
    clean = text if text.isprintable() else shown(text)
    if not clean:
        raise Bad("holds only signs that can't be seen")
    if len(clean) > longest:
        raise Bad(f"has {len(clean)} characters; {longest} are the most")
    return clean


def _refuse_sheets(text: str) -> None:
    if text.startswith("="):
        raise Bad("is a formula; export the values")
    if _SHEET_ERROR.fullmatch(text):
        raise Bad(f"is an error of the spreadsheet: {text}")


def code(text: str, longest: int) -> str:
    """A number that is a name: an account's, a patient's. Kept as it is written, leading zeros too."""
    if not text.isdigit():
        if _EXPONENT.fullmatch(text):
            raise Bad(f"was rounded by a spreadsheet: {text}. Format the column as text and export it again")
        if _DAY_OF_SHEET.fullmatch(text):
            raise Bad(f"was made a date by a spreadsheet: {text}. Format the column as text and export it again")
        if " " in text or not text.isprintable():
            raise Bad("has a space in it, or a sign that can't be seen")
    return line(text, longest)


@lru_cache(CACHED)
def whole(text: str, most: int) -> str:
    """A whole number from 1 on."""
    if _EXPONENT.fullmatch(text):
        raise Bad(f"was rounded by a spreadsheet: {text}. Format the column as text and export it again")
    if not (text.isascii() and text.isdigit()):
        raise Bad(f"is no whole number: {text}")
    if len(text) > 19 or not 1 <= int(text) <= most:
        raise Bad(f"is not between 1 and {most:,}: {text}")
    return text


@lru_cache(CACHED)
def cents(text: str) -> str:
    """Dollars and cents, zero or more, as cents."""
    if _NEGATIVE.fullmatch(text):
        raise Bad(f"is negative: {text}. What is billed, adjusted or paid is never below zero")
    if _EXPONENT.fullmatch(text):
        raise Bad(f"is written with an exponent: {text}. Write 1000.00")
    try:
        amount = parse_cents(text)
    except ValueError as error:  # Python itself refuses thousands of digits
        raise Bad(f"is no amount of dollars and cents, such as 1,234.56: {text}") from error
    if amount > MAX_CENTS:
        raise Bad(f"is more than {format_cents(MAX_CENTS)}: {text}")
    return str(amount)


def signed_cents(text: str) -> str:
    """Dollars and cents that may be below zero: -12.50, (12.50) or 12.50-."""
    below = _NEGATIVE.fullmatch(text)
    return f"-{cents(next(filter(None, below.groups())).strip())}" if below else cents(text)


@lru_cache(CACHED)
def date(text: str) -> str:
    """A date: 2026-03-01, 20260301 or 3/1/2026 (the month first)."""
    if found := _ISO.fullmatch(text) or _PACKED.fullmatch(text):
        year, month, day_of_month = map(int, found.groups())
    elif found := _US.fullmatch(text):
        month, day_of_month, year = map(int, found.groups())
    elif _SERIAL.fullmatch(text):
        meant = day(_SHEET_BEGAN + dt.timedelta(days=int(text[:5])))
        raise Bad(f"is a spreadsheet's number for a date ({text}, perhaps {meant}). Write 2026-03-01")
    else:
        raise Bad(f"is no date such as 2026-03-01 or 3/1/2026: {text}")
    try:
        written = dt.date(year, month, day_of_month)
    except ValueError as error:
        raise Bad(f"is a day that no calendar has: {text}") from error
    if not 1900 <= written.year < 2100:
        raise Bad(f"is not between 1900 and 2099: {text}")
    return written.isoformat()


def moment(text: str) -> str:
    """Date and time, on the practice's clock unless an offset says otherwise: 2026-03-01 14:30."""
    if found := _ZONED.fullmatch(text):
        offset = "+00:00" if found[3] in ("Z", "z") else found[3] or ""
        return _at(f"{date(found[1])} {found[2]}{offset}", "%H:%M", found[2], "%z" if offset else "", text)
    if found := _US_TIME.fullmatch(text):
        half = f" {found[3]}" if found[3] else ""
        clock = "%I:%M" if half else "%H:%M"
        return _at(f"{date(found[1])} {found[2]}{half}", clock, found[2], " %p" if half else "", text)
    raise Bad(f"is no date with a time such as 2026-03-01 14:30: {text}")


def _at(written: str, clock: str, time: str, end: str, text: str) -> str:
    seconds = ":%S" if time.count(":") > 1 else ""
    try:
        found = dt.datetime.strptime(written, f"%Y-%m-%d {clock}{seconds}{end}")  # noqa: DTZ007  the database sets the clock
    except ValueError as error:
        raise Bad(f"is a time that no clock shows: {text}") from error
    if abs(found.utcoffset() or dt.timedelta()) > dt.timedelta(hours=15):
        raise Bad(f"is a time that no clock shows: {text}")
    return found.isoformat(" ")


def email(text: str) -> str:
    """An email address."""
    if not _EMAIL.fullmatch(text) or len(text) > 254 or not text.isprintable():
        raise Bad(f"is no email address: {text[:60]}")
    return text


def yes_or_no(text: str) -> str:
    """Yes or no, as people and databases write it."""
    said = text.lower()
    if said not in _YES | _NO:
        raise Bad(f"is neither yes nor no: {text[:20]}")
    return "t" if said in _YES else "f"
