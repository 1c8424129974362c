"""Rows that a call of the API brings, beside Django's own upsert of the same rows, which checks and tells nothing."""

import time
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from benchmarks.data import make_guarantors
from pops.core.access.models import User
from pops.core.accounts.models import Encounter, ServiceLine
from pops.core.imports.upserts import Became, Brought, upsert_rows

GUARANTORS = 20_000
ITEMS = 1_000
ROUNDS = 5
LINE = 900  # behind those that the guarantors have


def rows(count: int, cents: int) -> list[Brought]:
    """So many charges, each of a visit of its own."""
    numbers = Encounter.objects.order_by("pk").values_list("number", flat=True)[:count]
    facts = {"line_number": str(LINE), "service_date": "2026-01-05", "description": "Office visit"}
    billed = f"{cents // 100}.{cents % 100:02}"
    return [Brought("service_lines", {"encounter_number": str(n), "billed": billed, **facts}) for n in numbers]


def bring(said: Sequence[Brought], by: User, *expected: Became) -> float:
    """Milliseconds of a call, without HTTP."""
    began = time.perf_counter()
    outcomes = upsert_rows(
        rows=said, is_whole=False, sees_confidential=True, reason="Benchmark", now=timezone.now(), by=by
    )
    took = time.perf_counter() - began
    assert {outcome.became for outcome in outcomes} <= set(expected), outcomes[0]
    return took * 1000


def upsert_bare(count: int, cents: int) -> float:
    """Milliseconds of the same rows by bulk_create."""
    ids = Encounter.objects.order_by("pk").values_list("pk", flat=True)[:count]
    facts = {"line_number": LINE, "service_date": "2026-01-05", "description": "Office visit", "billed_cents": cents}
    lines = [ServiceLine(encounter_id=pk, **facts) for pk in ids]
    began = time.perf_counter()
    with transaction.atomic():
        ServiceLine.objects.bulk_create(
            lines, update_conflicts=True, unique_fields=["encounter", "line_number"],
            update_fields=["service_date", "description", "billed_cents"],
        )  # fmt: skip
    return (time.perf_counter() - began) * 1000


def best(measure: Callable[[int], float]) -> float:
    """The best of some rounds, each with other amounts."""
    return round(min(measure(10_000 + n) for n in range(ROUNDS)), 1)


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Wanted: a thousand items in under a second, one within a tenth of it."""
    make_guarantors(GUARANTORS)
    by = User.objects.create_user("system@example.com", name="Practice system")
    anything = (Became.CREATED, Became.UPDATED)
    table: list[dict[str, object]] = []
    for count in (1, ITEMS):
        bare = best(lambda cents, count=count: upsert_bare(count, cents))  # type: ignore[misc]
        ours = best(lambda cents, count=count: bring(rows(count, 500 + cents), by, *anything))  # type: ignore[misc]
        again = rows(count, 1)
        bring(again, by, *anything)
        unchanged = best(lambda _, again=again: bring(again, by, Became.UNCHANGED))  # type: ignore[misc]
        table += [
            {"what": f"{count:,} by bulk_create", "ms": bare},
            {"what": "brought by a call", "ms": ours, "ratio": round(bare / ours, 2)},
            {"what": "the same again, unchanged", "ms": unchanged},
        ]
    return table
