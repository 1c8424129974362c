"""Counted beside expected: over or short, by what a person counts. Amounts in cents."""

from collections.abc import Mapping
from dataclasses import dataclass

from batches.models import BatchClose, BatchCount
from pops.core.methods import Tender


@dataclass(frozen=True)
class Line:
    """One tender on the reconcile page."""

    tender: str
    label: str
    expected_cents: int
    counted_cents: int | None

    @property
    def is_given_back(self) -> bool:
        """Whether more was given back than came in."""
        return self.expected_cents < 0

    @property
    def over_short_cents(self) -> int:
        """Counted - expected; 0 where nothing is counted."""
        return 0 if self.counted_cents is None else self.counted_cents - self.expected_cents


def make_lines(expected: Mapping[str, int], count: BatchCount | None) -> list[Line]:
    """Expected beside counted, in the order of counting."""
    counted = count.by_tender if count else {}
    return [Line(tender.value, tender.label, expected[tender], counted.get(tender)) for tender in Tender]


def closed_lines(close: BatchClose) -> list[Line]:
    """The same, as it was stored at a close."""
    due = {**close.expected, Tender.CASH.value: close.expected[Tender.CASH] + close.drawer_cents}
    return make_lines(due, close.count)
