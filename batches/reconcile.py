"""Counted beside expected: over or short, by what a person counts. Amounts in cents."""

from dataclasses import dataclass

from batches.models import BatchClose, BatchCount
from batches.selectors import TENDERS


@dataclass(frozen=True)
class Line:
    """One method on the reconcile page."""

    tender: str
    label: str
    expected_cents: int
    counted_cents: int | None

    @property
    def over_short_cents(self) -> int:
        """Counted - expected; 0 where nothing is counted."""
        return 0 if self.counted_cents is None else self.counted_cents - self.expected_cents


def make_lines(expected: dict[str, int], count: BatchCount | None) -> list[Line]:
    return [
        Line(tender, label, expected[tender], getattr(count, f"{tender}_cents") if count else None)
        for tender, label in TENDERS.items()
    ]


def closed_lines(close: BatchClose) -> list[Line]:
    """The same, as it was stored at a close."""
    expected = {tender: getattr(close, f"{tender}_cents") for tender in TENDERS}
    return make_lines(expected, close.count)
