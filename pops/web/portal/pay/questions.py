"""What is asked once before an amount is taken. Who says yes, by pressing the button again, goes on."""

from dataclasses import dataclass

from payments.gateway.intents import MIN_CENTS
from payments.models import Payment
from pops.core.money import format_cents

# Less than this paid ahead is no slip of the finger worth a question.
FAR_CENTS = 10_000


@dataclass(frozen=True)
class Question:
    """Its key names the amounts: a yes to one question is no yes to the next."""

    key: str
    title: str
    words: str


def find_question(*, cents: int, balance_cents: int, label: str) -> Question | None:
    """What to ask about an amount that can be paid, if anything. `label`: what the balance is called."""
    rest, above = balance_cents - cents, cents - balance_cents
    if 0 < rest < MIN_CENTS:
        return Question(
            f"rest-{cents}-{balance_cents}", "A rest too small for a card", _words_of_rest(cents, rest, label)
        )
    if above > max(balance_cents, FAR_CENTS):
        words = _words_of_far(cents, above, balance_cents, label)
        return Question(f"far-{cents}-{balance_cents}", "Is this the amount you mean?", words)
    return None


def find_question_of_payment(taken: Payment | None) -> Question | None:
    """What to ask before paying beside a payment that could not be closed, as somebody was paying it."""
    if taken is None:
        return None
    how = "is being made right now" if taken.is_unsettled else "was made just now"
    words = f"A payment of {format_cents(taken.amount_cents)} {how}. See how it stands, or continue to pay again."
    return Question(f"beside-{taken.pk}", "You may be paying twice", f"{words} Nothing more was charged.")


def _words_of_rest(cents: int, rest: int, label: str) -> str:
    return (
        f"Paying {format_cents(cents)} leaves {format_cents(rest)} of your {label}. That is less than a card "
        f"can take ({format_cents(MIN_CENTS)}). Choose {label} to pay all of it, or continue."
    )


def _words_of_far(cents: int, above: int, balance_cents: int, label: str) -> str:
    return (
        f"{format_cents(cents)} is {format_cents(above)} more than your {label} of "
        f"{format_cents(balance_cents)}. Correct it, or continue: the rest is kept as credit on your account."
    )
