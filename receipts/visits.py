"""The visits of a guarantor with their lines and all that is owed, read by one statement. All amounts are cents.

Pages are cut by the last visit's place in the list (keyset), never by counting rows.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from pops.core.accounts.models import Guarantor
from pops.core.words import shown
from receipts.owed import Balances

VISITS = (Path(__file__).parent / "visits.sql").read_text()
PAGE = 20


@dataclass(frozen=True)
class Wanted:
    """What visits are looked for: of whom, with whom, where, and between which days."""

    patient: int | None = None
    provider: int | None = None
    facility: int | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None


@dataclass(frozen=True)
class Line:
    """A service as it stands now."""

    description: str
    procedure_code: str
    service_date: dt.date
    number: int
    billed_cents: int
    adjusted_cents: int
    insurance_pending_cents: int
    insurance_paid_cents: int
    patient_paid_cents: int
    remaining_cents: int


@dataclass(frozen=True)
class Visit:
    """A visit, what is owed of it, and its lines."""

    number: int
    patient: str
    provider: str
    facility: str
    in_collections: bool
    is_open: bool
    owed_cents: int
    lines: list[Line]


@dataclass(frozen=True)
class Choices:
    """What visits can be chosen by: names with their keys."""

    patients: list[tuple[int, str]]
    providers: list[tuple[int, str]]
    facilities: list[tuple[int, str]]


@dataclass(frozen=True)
class VisitPage:
    """Some visits, open balances first, then the latest; those in collections apart; and what is owed in all."""

    visits: list[Visit]
    in_collections: list[Visit]
    balances: Balances
    choices: Choices
    others_cents: int  # to pay for visits that are not shown, because they are confidential
    others_collected_cents: int
    has_later: bool
    has_earlier: bool
    is_start: bool = False  # reached from below: asked for without a place, it may hold more

    @property
    def last_number(self) -> int:
        return self.visits[-1].number


def get_visits(
    guarantor: Guarantor, *, wanted: Wanted, before: int | None = None, after: int | None = None
) -> VisitPage:
    """A page of visits as far as the options of the guarantor's group show them.

    The first ones, those that follow on the visit `before`, or those that stand ahead of the visit `after`.
    """
    with connection.cursor() as cursor:
        cursor.execute(VISITS, _parameters(guarantor, wanted, before, after))
        *sums, others, collected, patients, providers, facilities, rows = cursor.fetchone()
    visits = [_visit(*row) for row in rows or []]
    page = [visit for visit in visits if not visit.in_collections]
    has_more = len(page) > PAGE
    return VisitPage(
        visits=page[-PAGE:] if after else page[:PAGE],
        in_collections=[visit for visit in visits if visit.in_collections],
        balances=Balances(*sums),
        others_cents=others,
        others_collected_cents=collected,
        choices=Choices(_choices(patients), _choices(providers), _choices(facilities)),
        has_later=has_more if after else before is not None,
        has_earlier=True if after else has_more,
        is_start=bool(after) and not has_more,
    )


def _parameters(guarantor: Guarantor, wanted: Wanted, before: int | None, after: int | None) -> dict[str, Any]:
    return {
        "guarantor": guarantor.pk,
        "stated": guarantor.group.hide_current_visits,
        "collections": guarantor.group.show_collections,
        "before": before,
        "after": after,
        "limit": PAGE + 1,
        **asdict(wanted),
    }


def _choices(pairs: list[list[Any]] | None) -> list[tuple[int, str]]:
    return [(key, shown(name)) for name, key in pairs or []]


def _visit(
    number: int,
    patient: str,
    provider: str,
    facility: str,
    in_collections: bool,
    part: int,
    owed: int,
    lines: list[list[Any]],
) -> Visit:
    return Visit(
        number=number,
        patient=shown(patient),
        provider=shown(provider),
        facility=shown(facility),
        in_collections=in_collections,
        is_open=part == 0,
        owed_cents=int(owed),
        lines=[_line(*line) for line in lines],
    )


def _line(description: str, code: str, service_date: str, number: int, *cents: int) -> Line:
    return Line(shown(description), shown(code), dt.date.fromisoformat(service_date), number, *cents)
