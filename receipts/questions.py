"""What is asked before money is taken that looks like a slip of the hand."""

from django.db import models

from pops.core.money import format_cents
from pops.core.refusals import Refused

# So many times the usual amount is more likely a zero too many.
TIMES_USUAL = 10


class Purpose(models.TextChoices):
    """What money at the desk is for."""

    COPAY = "copay", "Copay"
    BALANCE = "balance", "Balance"
    OTHER = "other", "Other"


class UnusualAmount(Refused):
    """An amount that a person is asked about once before it is taken."""

    def __init__(self, words: str) -> None:
        super().__init__("unusual_amount", words)


def why_not_unasked(
    cents: int, *, purpose: str, current_cents: int, usual_cents: int | None = None, due_cents: int = 0
) -> Refused | None:
    """Why an amount isn't taken before somebody said that it is meant: above what is owed, or ten times the usual.

    Just what is owed, or just the Amount Due, is no slip, however much that is.
    """
    if purpose == Purpose.BALANCE and cents > current_cents:
        credit, owed = format_cents(cents - current_cents), format_cents(current_cents)
        more = f"{format_cents(cents)} is more than the {owed} owed" if current_cents else "Nothing is owed"
        return UnusualAmount(f"{more}; keep {credit} as credit?")
    is_told = purpose == Purpose.BALANCE and cents in (current_cents, due_cents)
    if usual_cents and cents >= TIMES_USUAL * usual_cents and not is_told:
        times = cents // usual_cents
        return UnusualAmount(f"{format_cents(cents)} is {times} times the usual {format_cents(usual_cents)}; take it?")
    return None
