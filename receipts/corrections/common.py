"""What all corrections begin with."""

from collections.abc import Mapping

from receipts.models import Receipt


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
