"""Card numbers in what people and the practice's own systems write: no memo, note or reason of ours holds one.

Each door asks here about all text that it takes, but for what is itself a number or a key, by its name. Standard
library only.
"""

import re

WORDS = "looks like a card number. Leave it out, or keep its last four digits alone"

# Numbers and keys of other systems, by how such fields are called here: any of them may look like a card's.
_NUMBERS = re.compile(
    "(?:.*_)?(?:number|phone|code|id|key|url|email|person|transaction|after|next|cursor|last4|approval)|(?:check|card)_[0-9]_.*"
)

_GAP = r"[ .\u00a0\u2010-\u2013\u202f-]{1,3}"
# At least thirteen digits with gaps between: nearly no text has them, and then nothing more is asked.
_LONG = re.compile(rf"[0-9](?:(?:{_GAP})?[0-9]){{12}}")
# As people write them: in one, by fours, as on an Amex, by six and the rest, by eights. Not by threes, as phones are.
_SHAPES = [
    re.compile(rf"(?<![0-9+])(?=({shape})(?![0-9]))")
    for shape in (
        "[0-9]{13,19}",
        rf"[0-9]{{4}}(?:{_GAP}[0-9]{{4}}){{3}}",
        rf"[0-9]{{4}}(?:{_GAP}[0-9]{{4}}){{2,3}}{_GAP}[0-9]{{1,3}}",
        rf"[0-9]{{4}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}",
        rf"[0-9]{{6}}{_GAP}[0-9]{{7,13}}",
        rf"[0-9]{{8}}{_GAP}[0-9]{{8}}",
    )
]
# Visa; Mastercard; Amex; Diners; Discover; JCB; UnionPay; Maestro. By their first digits, each with its lengths.
_BRANDS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}"
    r"|(?:30[0-5]\d|309\d|36\d\d|3[89]\d\d)\d{10,15}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|(?:62|81)\d{14,17}"
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{9,15}",
    re.ASCII,
)


def is_number(name: str) -> bool:
    """Whether a field of this name holds a number or key of somebody's system, not what somebody writes."""
    return _NUMBERS.fullmatch(name) is not None


def holds_card_number(text: str) -> bool:
    """Whether a full card number stands in the text: 13 to 19 digits of a brand, with the right last one."""
    return _LONG.search(text) is not None and any(
        _is_card(re.sub(r"[^0-9]", "", found)) for shape in _SHAPES for found in shape.findall(text)
    )


def _is_card(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return _BRANDS.fullmatch(digits) is not None and (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0
