"""Finding receipts by what a person has in hand: a number, a check, the last four digits of a card, an amount."""

import re
from collections.abc import Collection
from typing import Any

from django.db import connection

from pops.core.money import InvalidAmount, parse_cents
from receipts.models import Receipt

# Zeros that people leave out before a check's number, or type.
MOST_ZEROS = 6
LONGEST = 100
LARGEST = 2**63 - 1
# Each way is an index, read from its newest end; of a check's spellings each by itself: together they have no order in
# the index, and for a number that isn't there all transactions would be read backwards.
FIND = """
SELECT number, min(way) FROM (
    (SELECT number, 1 AS way FROM receipts_receipt WHERE number = %(number)s)
    UNION ALL
    (SELECT t.receipt_id, 1 FROM receipts_transaction t WHERE t.number = %(transaction)s LIMIT %(limit)s)
    UNION ALL
    (SELECT newest.receipt_id, 2 FROM unnest(%(checks)s::text[]) AS spelled (number) CROSS JOIN LATERAL (
        SELECT t.receipt_id FROM receipts_transaction t
        WHERE t.check_number <> '' AND t.check_number = spelled.number ORDER BY t.id DESC LIMIT %(limit)s) newest)
    UNION ALL
    (SELECT t.receipt_id, 3 FROM receipts_transaction t
     WHERE t.card_last4 <> '' AND t.card_last4 = %(last4)s ORDER BY t.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT number, 4 FROM receipts_receipt
     WHERE amount_cents = %(cents)s AND batch_id <> ALL(%(hidden)s) ORDER BY number DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT number, 4 FROM receipts_receipt
     WHERE amount_cents = -(%(cents)s::bigint) AND batch_id <> ALL(%(hidden)s) ORDER BY number DESC LIMIT %(limit)s)
) found (number, way) GROUP BY number ORDER BY min(way), number DESC LIMIT %(limit)s
"""


def find_receipts(text: str, *, limit: int, hidden_batches: Collection[int] = ()) -> list[Receipt]:
    """Receipts of this number, or of a transaction's, or over this check, card or amount, the newest of each first.

    By its amount none of `hidden_batches` is found: whoever asks must not know what is in them.
    """
    numbers = find_receipt_numbers(text, limit=limit, hidden_batches=hidden_batches)
    found = Receipt.objects.select_related("void", "copay").prefetch_related("transactions").in_bulk(numbers)
    return [found[number] for number in numbers]


def find_receipt_numbers(
    text: str, *, limit: int, hidden_batches: Collection[int] = (), bare_amounts: bool = True
) -> list[int]:
    """Their numbers alone. Without `bare_amounts` an amount has its point or dollar sign."""
    asked = _read(text.strip()) if len(text) <= LONGEST else {}
    if not (bare_amounts or "." in text or "$" in text):
        asked["cents"] = None
    if not any(asked.values()):
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIND, {**asked, "hidden": list(hidden_batches), "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def _read(text: str) -> dict[str, Any]:
    """What the text may be. A number without a dollar sign or cents is an amount only where it is short."""
    digits = text if re.fullmatch("[0-9]{1,18}", text) else ""
    # Who types letters alone, or an address, looks for a person.
    is_number = re.search("[0-9]", text) and not re.search(r"[\s@$]", text)
    check = text if is_number and re.fullmatch("[0-9A-Za-z-]{1,30}", text) else ""
    return {
        "number": int(digits) if digits else None,
        "transaction": text if is_number else None,
        "checks": _spellings(check),
        "last4": digits if len(digits) == 4 else None,
        "cents": _read_cents(text) if not digits or len(digits) <= 4 else None,
    }


def _read_cents(text: str) -> int | None:
    try:
        cents = parse_cents(text)
    except InvalidAmount:
        return None
    return cents if 0 < cents <= LARGEST else None


def _spellings(check: str) -> list[str]:
    """A check's number as it may have been typed: with zeros before it or without, in capitals or not."""
    plain = check.lstrip("0")
    if not plain:
        return []
    words = dict.fromkeys([check, plain, check.upper(), check.lower(), plain.upper(), plain.lower()])
    return [*words, *("0" * n + plain for n in range(1, MOST_ZEROS + 1))]
