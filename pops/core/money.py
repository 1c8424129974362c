"""Money as integer cents. The only place that turns cents into text and text into cents."""

import re

_AMOUNT = re.compile(r"\$?\s*(?=\.?\d)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d{0,2}))?")


# As keyboards and word processors write it.
MINUS = ("-", "\N{MINUS SIGN}", "\N{EN DASH}")


class InvalidAmount(ValueError):
    """The text is not an amount of money in dollars and cents."""


def format_cents(cents: int) -> str:
    """Cents as dollars with thousands separators: 123456 -> "$1,234.56", -50 -> "-$0.50"."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02d}"


def plain_dollars(cents: int | None) -> str:
    """Cents as a number for forms and files: -123456 -> "-1234.56"; empty for None."""
    if cents is None:
        return ""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def parse_cents(text: str, *, signed: bool = False) -> int:
    """Cents from what a person typed: "1,234.5" -> 123450. Raises InvalidAmount.

    At most two decimals: "0.001" and "1e9" are refused, never rounded. A minus, before all else, only where it is asked
    for: "-50.00" -> -5000.
    """
    if signed and text.strip().startswith(MINUS):
        return -parse_cents(text.strip()[1:])
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or not text.isascii():
        raise InvalidAmount(text)
    dollars, decimals = match.groups()
    return int(dollars.replace(",", "") or 0) * 100 + int((decimals or "").ljust(2, "0"))
