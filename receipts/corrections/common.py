"""What all corrections begin with."""

from collections.abc import Mapping

from pops.core.refusals import Refused
from receipts.models import Receipt


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises Refused when there is none."""
    if not reason.strip():
        raise Refused("reason_missing", "Say why. The reason is kept with the receipt.")
    return reason.strip()


def get_guarantor_id(receipt_number: int) -> int:
    """Whose receipt it is: never changes. Raises Receipt.DoesNotExist."""
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
