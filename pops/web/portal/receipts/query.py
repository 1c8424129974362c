"""What a person types to find a receipt: Receipt #100037, 25.00, Visa 4242, Leo, annual physical, 11/15/2026, May."""

import calendar
import datetime as dt
import re
from typing import Any

from pops.core.money import InvalidAmount, parse_cents

# Said around what is looked for.
STOP_WORDS = {
    "receipt",
    "receipts",
    "no",
    "number",
    "from",
    "in",
    "of",
    "on",
    "for",
    "the",
    "and",
    "ending",
    "payment",
    "payments",
}
MONTHS = {name.lower(): n for names in (calendar.month_name, calendar.month_abbr) for n, name in enumerate(names) if n}
DATES = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%Y-%m-%d")


def read_query(text: str) -> dict[str, Any]:
    """The fields of a Search that a text stands for. What is neither date nor amount is looked for as words."""
    found: dict[str, Any] = {}
    words = []
    for word in text.lower().split():
        bare = word.strip("#,;").removeprefix("-")
        if not bare or bare.rstrip(".") in STOP_WORDS:
            continue
        read = _read_date(bare, found) or _read_number(bare, found)
        if read:
            found |= read
        else:
            words.append(bare)
    return {**found, "words": words} if words else found


def _read_date(word: str, found: dict[str, Any]) -> dict[str, Any]:
    """A whole date, a month, or the day or year that follows on a month."""
    for shape in DATES:
        try:
            date = dt.datetime.strptime(word, shape).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        return {"month": date.month, "day": date.day, "in_year": date.year}
    if month := MONTHS.get(word.rstrip(".")):
        return {"month": month}
    if "month" in found and re.fullmatch(r"(19|20)\d\d", word):
        return {"in_year": int(word)}
    day = re.fullmatch(r"([1-9]|[12]\d|3[01])(st|nd|rd|th)?", word)
    return {"day": int(day[1])} if "month" in found and "day" not in found and day else {}


def _read_number(word: str, found: dict[str, Any]) -> dict[str, Any]:
    """An amount; a whole number may be a receipt's, or the last four digits of a card."""
    if "cents" in found or not re.match(r"[$.\d]", word):
        return {}
    try:
        cents = parse_cents(word)
    except InvalidAmount:
        return {}
    number = int(word) if word.isdigit() else None
    return {"cents": cents, "number": number, "last4": word if number is not None and len(word) == 4 else None}
