"""Receipt History: one page of a guarantor's receipts, filtered, with all that a row shows.

Everything a page shows is read by one statement and made into text here: it is the page that is asked for most.
Pages are cut by the last receipt's place in the list (keyset), never by counting rows.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from pops.core.methods import BRANDS, Method, method_words
from pops.core.money import format_cents
from pops.core.words import day, shown
from receipts.hiding import SHOWN_POSTINGS
from receipts.models import Receipt, Standing
from receipts.models.receipt import standing_of
from receipts.wording import KINDS, STANDINGS

PAGE = 20
VISITS = 4
SERVICES = 3

OWN = "r.guarantor_id = %(guarantor)s"
# Brands and methods as the rows name them.
LABELS = json.dumps({**BRANDS, **dict(Method.choices)})

# What a receipt printed was posted with it: both moments are the same.
ROWS = f"""
SELECT r.number, r.received_on, r.kind, r.status, r.amount_cents, r.refund_of_id,
    EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = r.number),
    (SELECT json_agg(json_build_array(number, amount_cents, method, card_brand, card_last4, check_number, reason)
                     ORDER BY id)
     FROM receipts_transaction WHERE receipt_id = r.number),
    (SELECT json_agg(to_json(visit)) FROM (
        SELECT is_hidden, patient_name, provider_name, facility_name, count(*) AS lines,
               (array_agg(description ORDER BY service_date, id))[:{SERVICES}] AS services, sum(amount_cents) AS cents,
               sum(sum(amount_cents)) OVER () AS applied, count(*) FILTER (WHERE NOT is_hidden) OVER () AS visits
        FROM {SHOWN_POSTINGS} p
        WHERE receipt_id = r.number AND posted_at = r.issued_at
        GROUP BY is_hidden, patient_name, provider_name, facility_name
        ORDER BY is_hidden DESC, facility_name, patient_name, provider_name LIMIT {VISITS + 1}
     ) visit),
    (SELECT json_agg(json_build_array(number, amount_cents, kind) ORDER BY number)
     FROM receipts_receipt refund
     WHERE refund_of_id = r.number
         AND NOT EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = refund.number)),
    {{total}}
FROM receipts_receipt r
WHERE {OWN}
"""  # noqa: S608  constants of ours

PLACE = "(SELECT received_at FROM receipts_receipt WHERE number = %({0})s AND guarantor_id = %(guarantor)s), %({0})s"
CONDITIONS = {
    "first_day": "r.received_on >= %(first_day)s",
    "last_day": "r.received_on <= %(last_day)s",
    "patient": f"""EXISTS (
        SELECT FROM {SHOWN_POSTINGS} p WHERE p.receipt_id = r.number AND p.patient_id = %(patient)s)""",
    "month": "extract(month FROM r.received_on) = %(month)s",
    "day": "extract(day FROM r.received_on) = %(day)s",
    "in_year": "extract(year FROM r.received_on) = %(in_year)s",
    # A declined payment is found by what was asked for, a card by its last four digits.
    "cents": """(r.number = %(number)s OR abs(r.amount_cents) = %(cents)s OR EXISTS (
        SELECT FROM receipts_transaction WHERE receipt_id = r.number
            AND (amount_cents = 0 AND requested_cents = %(cents)s OR card_last4 = %(last4)s)))""",
    # Each word stands somewhere in what the row and its details show, be it a part of a longer one.
    "words": f"""(SELECT bool_and(position(word IN said.text) > 0) FROM unnest(%(words)s::text[]) AS word, (
        SELECT lower(concat_ws(' ',
            (SELECT string_agg(concat_ws(' ', number, %(labels)s::jsonb ->> method, card_last4, check_number,
                                         coalesce(%(labels)s::jsonb ->> card_brand, card_brand)), ' ')
             FROM receipts_transaction WHERE receipt_id = r.number),
            (SELECT string_agg(concat_ws(' ', patient_name, provider_name, facility_name, description), ' ')
             FROM {SHOWN_POSTINGS} p WHERE receipt_id = r.number))) AS text) AS said)""",  # noqa: S608  constants of ours
    "before": f"(r.received_at, r.number) < ({PLACE.format('before')})",
    "after": f"(r.received_at, r.number) > ({PLACE.format('after')})",
}
VOIDED = "EXISTS (SELECT FROM receipts_receiptvoid WHERE receipt_id = r.number)"
STATUSES = {
    "paid": ("Paid", f"r.amount_cents > 0 AND r.status = 'paid' AND NOT {VOIDED}"),
    "unsuccessful": ("Unsuccessful", "r.status = 'unsuccessful'"),
    "refunded": ("Refunded", f"r.kind = 'refund' AND NOT {VOIDED}"),
    "returned": ("Returned by the bank", f"r.kind = 'returned' AND NOT {VOIDED}"),
    "voided": ("Voided", VOIDED),
}


@dataclass(frozen=True)
class Search:
    """What is looked for. `number` is a receipt's, `cents` an amount, `last4` a card's: one that fits any is found."""

    year: int | None = None
    status: str = ""
    patient: int | None = None
    number: int | None = None
    cents: int | None = None
    last4: str | None = None
    month: int | None = None
    day: int | None = None
    in_year: int | None = None
    words: Sequence[str] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """By the condition that each switches on."""
        years = {"first_day": dt.date(self.year, 1, 1), "last_day": dt.date(self.year, 12, 31)} if self.year else {}
        return {
            **years,
            **{
                name: getattr(self, name) for name in ("number", "cents", "last4", "patient", "month", "day", "in_year")
            },
            "words": list(self.words) or None,
            "labels": LABELS,
        }


@dataclass(frozen=True)
class Visit:
    """Where a receipt went: a patient, who treated them, where, and for what."""

    patient: str
    provider: str
    location: str
    services: str


@dataclass(frozen=True)
class Row:
    """One receipt of the list, as text."""

    number: int
    day: str
    verdict: str
    tone: str
    amount: str
    is_struck: bool
    methods: list[str]
    reason: str
    transactions: list[tuple[str, str]]
    visits: list[Visit]
    more_visits: int
    others: str  # what went to services that are not named, because they are confidential
    escrow: str
    note: str
    refund_of: int | None
    refunds: list[tuple[int, str]]
    net: str
    unapplied: str


@dataclass(frozen=True)
class Page:
    """Some receipts, newest first, and whether the list goes on at its ends."""

    rows: list[Row]
    has_older: bool
    has_newer: bool
    is_start: bool = False  # reached from below: asked for without a place, it may hold more
    total: int | None = None  # of what was looked for, on all pages; None when nothing was

    @property
    def last_number(self) -> int:
        return self.rows[-1].number


def get_page(*, guarantor_id: int, search: Search, before: int | None = None, after: int | None = None) -> Page:
    """A page of the guarantor's receipts: the newest, those older than `before`, or those newer than `after`."""
    parameters = {"guarantor": guarantor_id, "before": before, "after": after, **search.parameters}
    conditions = [sql for name, sql in CONDITIONS.items() if parameters.get(name) is not None]
    if search.status:
        conditions.append(STATUSES[search.status][1])
    order = "r.received_at, r.number" if after else "r.received_at DESC, r.number DESC"
    total = _count(conditions, is_search=search != Search())
    sql = " AND ".join([ROWS.format(total=total), *conditions]) + f" ORDER BY {order} LIMIT {PAGE + 1}"
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    rows = [_row(*row) for *row, _ in found[:PAGE]]
    count = found[0][-1] if found else None
    if after:
        has_newer = len(found) > PAGE
        return Page(rows[::-1], has_older=True, has_newer=has_newer, is_start=not has_newer, total=count)
    return Page(rows, has_older=len(found) > PAGE, has_newer=before is not None, total=count)


def _count(conditions: list[str], *, is_search: bool) -> str:
    """SQL for how many there are on all pages: only what is looked for is counted, and all receipts never."""
    if not is_search:
        return "NULL"
    places = (CONDITIONS["before"], CONDITIONS["after"])
    same = [condition for condition in conditions if condition not in places]
    return f"(SELECT count(*) FROM receipts_receipt r WHERE {' AND '.join([OWN, *same])})"  # noqa: S608  constants of ours


def _row(
    number: int,
    received_on: dt.date,
    kind: str,
    status: str,
    cents: int,
    refund_of: int | None,
    is_void: bool,
    transactions: list[list[Any]] | None,
    visits: list[dict[str, Any]] | None,
    refunds: list[list[Any]] | None,
) -> Row:
    moved, went, back = transactions or [], visits or [], refunds or []
    standing = standing_of(kind, status, is_void=is_void)
    applied, many = (went[0]["applied"], went[0]["visits"]) if went else (0, 0)
    gone = sum(amount for _, amount, _ in back)
    methods = [shown(method_words(*facts)) for _, _, *facts, _ in moved]
    return Row(
        number=number,
        day=day(received_on),
        verdict=STANDINGS[standing].verdict,
        tone=STANDINGS[standing].tone,
        amount=format_cents(cents),
        is_struck=is_void,
        methods=methods,
        reason=shown(moved[0][-1]) if standing is Standing.UNSUCCESSFUL and moved else "",
        transactions=_transactions(moved, methods),
        visits=[_visit(visit) for visit in went if not visit["is_hidden"]][:VISITS],
        more_visits=max(many - VISITS, 0),
        others=_others(went),
        escrow=format_cents(cents - applied) if cents != applied and not is_void else "",
        note=_note(cents, gone, {kind for _, _, kind in back}),
        refund_of=refund_of,
        refunds=[(refund, format_cents(amount)) for refund, amount, _ in back],
        net=format_cents(cents + gone),
        unapplied=KINDS[Receipt.Kind(kind)].unapplied,
    )


def _transactions(moved: list[list[Any]], methods: list[str]) -> list[tuple[str, str]]:
    """Number and amount of each; of several also which is the cash and which the check."""
    names = [shown(row[0]) for row in moved]
    if len(moved) > 1:
        names = [f"{name}, {method}" for name, method in zip(names, methods, strict=True)]
    return [(name, format_cents(row[1])) for name, row in zip(names, moved, strict=True)]


def _others(went: list[dict[str, Any]]) -> str:
    """What went to hidden services: they come first, as one."""
    return format_cents(went[0]["cents"]) if went and went[0]["is_hidden"] else ""


def _note(cents: int, gone: int, kinds: set[str]) -> str:
    if gone >= 0:
        return ""
    if Receipt.Kind.RETURNED in kinds:
        return "Returned by the bank since" if cents + gone <= 0 else "Partly returned by the bank since"
    return "Refunded since" if cents + gone == 0 else "Partly refunded since"


def _visit(visit: dict[str, Any]) -> Visit:
    services, more = [shown(text) for text in visit["services"]], visit["lines"] - len(visit["services"])
    return Visit(
        patient=shown(visit["patient_name"]),
        provider=shown(visit["provider_name"]),
        location=shown(visit["facility_name"]),
        services="; ".join(services) + (f"; and {more} more" if more > 0 else ""),
    )
