"""What all corrections begin with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pops.core.refusals import Refused
from receipts.models import Receipt


@dataclass(frozen=True)
class Own:
    """What one of a receipt's charges brought, where there are several: what is left of it, and its service lines."""

    left_cents: int
    lines: Collection[int]

    def first(self, parts: Mapping[int, int]) -> dict[int, int]:
        """Cents by line, its own lines before all others."""
        mine = {line: cents for line, cents in parts.items() if line in self.lines}
        return {**mine, **parts}

    def escrow(self, applied: Mapping[int, int]) -> int:
        """What of it is not applied to its lines."""
        return max(self.left_cents - sum(cents for line, cents in applied.items() if line in self.lines), 0)


class Returned(Refused):
    """Nothing is left: the bank took the money back."""

    def __init__(self) -> None:
        super().__init__("returned", "The bank took the money of this receipt back: nothing of it is left.")


def get_guarantor_id(receipt_number: int) -> int:
    """Whose receipt it is: changes with a merge of accounts alone. Raises Receipt.DoesNotExist."""
    return Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)


def take_in_order(cents: int, parts: Mapping[int, int]) -> dict[int, int]:
    """Cents from parts by line, in their order, until there is enough."""
    taken: dict[int, int] = {}
    for line, part in parts.items():
        if cents <= 0:
            break
        taken[line] = min(part, cents)
        cents -= taken[line]
    return taken


def take_back(cents: int, *, applied: Mapping[int, int], overpaid: Mapping[int, int]) -> dict[int, int]:
    """Cents from what is applied to lines: what is too much there first, then from the lines in their order."""
    first = take_in_order(cents, overpaid)
    rest = {line: part - first.get(line, 0) for line, part in applied.items()}
    then = take_in_order(cents - sum(first.values()), {line: part for line, part in rest.items() if part})
    return {line: first.get(line, 0) + then.get(line, 0) for line in {**first, **then}}


def take_back_lines(
    cents: int, *, escrow: int, applied: Mapping[int, int], overpaid: Mapping[int, int], own: Own | None = None
) -> dict[int, int]:
    """What money that goes away takes back from lines, below zero, where that much is in escrow."""
    if own:
        escrow, applied = min(escrow, own.escrow(applied)), own.first(applied)
        overpaid = {line: part for line, part in overpaid.items() if line in own.lines}
    taken = take_back(min(cents - escrow, sum(applied.values())), applied=applied, overpaid=overpaid)
    return {line: -part for line, part in taken.items()}
