"""Stripe's word on a whole attempt: on its one PaymentIntent, or on those of its parts together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from payments.gateway.intents import Intent, Outcome, Result
from payments.models import Part, Payment
from pops.core.methods import Method
from receipts.issue import TransactionFacts

# Of a part that nobody tried to take.
NOT_TRIED = "This part was not charged: the payment ended before it."
# Final at Stripe, the first that is there decides: of what was taken, all parts tell on one receipt.
FINAL = (Result.PAID, Result.DECLINED, Result.CANCELED)


@dataclass(frozen=True)
class Answer:
    """An attempt as Stripe has it now. `outcome` is of all parts together, and final only when each of them is."""

    intents: tuple[Intent, ...]
    outcome: Outcome

    @property
    def needs_action(self) -> bool:
        """The bank's own check was begun and not finished."""
        return any(intent.needs_action for intent in self.intents)

    @property
    def bank_url(self) -> str:
        """Where the bank asks on a page of its own; empty when it doesn't."""
        return next((intent.bank_url for intent in self.intents if intent.bank_url), "")

    @property
    def is_all_refunded(self) -> bool:
        """Whether nothing is left of the money that came in."""
        paid = [intent for intent in self.intents if intent.is_paid]
        return self.outcome.result is Result.PAID and all(intent.is_all_refunded for intent in paid)

    @property
    def is_half_done(self) -> bool:
        """Some parts were taken, or a bank is at work on them, and others are not tried yet."""
        results = {intent.outcome.result for intent in self.intents}
        return Result.OPEN in results and bool(results & {Result.PAID, Result.PROCESSING})

    @property
    def is_declined(self) -> bool:
        """A card was declined: no part is tried any more."""
        return any(intent.outcome.result is Result.DECLINED for intent in self.intents)

    @property
    def charged_at(self) -> dt.datetime | None:
        """When a card was charged last, if one was."""
        moments = [intent.outcome.occurred_at for intent in self.intents if intent.charge_id]
        return max(moments, default=None)


def answer_of(intent: Intent) -> Answer:
    """The answer about an attempt that is one charge."""
    return Answer((intent,), intent.outcome)


def gather(*, payment: Payment, parts: Sequence[Part], intents: Sequence[Intent], now: dt.datetime) -> Answer:
    """The answer about a split payment, of its parts and their intents in the same order."""
    outcomes = tuple(intent.outcome for intent in intents)
    result = _result(outcomes)
    is_told = result in (Result.PAID, Result.DECLINED)
    outcome = Outcome(
        result=result,
        intent_id="",
        amount_cents=sum(one.amount_cents for one in outcomes if one.result is result),
        currency=payment.currency,
        occurred_at=_moment(outcomes, result, now),
        transactions=[_transaction(payment, part, one) for part, one in zip(parts, outcomes, strict=True)]
        if is_told
        else [],
        parts=outcomes,
    )
    return Answer(tuple(intents), outcome)


def closed(part: Part, *, payment: Payment, now: dt.datetime) -> Intent:
    """A part that Stripe never took on: nobody can pay it."""
    outcome = Outcome(Result.CANCELED, "", part.amount_cents, payment.currency, now, [])
    return Intent(
        id="",
        client_secret="",
        is_canceled=True,
        needs_action=False,
        outcome=outcome,
        charge_id="",
        refunded_cents=0,
        is_disputed=False,
        bank_url="",
        kept_card="",
    )


def _result(outcomes: Sequence[Outcome]) -> Result:
    results = {one.result for one in outcomes}
    open_ones = (result for result in (Result.PROCESSING, Result.OPEN) if result in results)
    return next(open_ones, None) or next(result for result in FINAL if result in results)


def _moment(outcomes: Sequence[Outcome], result: Result, now: dt.datetime) -> dt.datetime:
    """The receipt is of the day on which its first money was taken; of a decline, of the last one."""
    moments = [one.occurred_at for one in outcomes if one.result is result]
    return min(moments) if result is Result.PAID else max(moments, default=now)


def _transaction(payment: Payment, part: Part, outcome: Outcome) -> TransactionFacts:
    untried = TransactionFacts(
        number=outcome.intent_id or str(part.pk),
        method=Method.CARD,
        amount_cents=0,
        requested_cents=part.amount_cents,
        reason=NOT_TRIED,
    )
    facts = outcome.transactions[0] if outcome.transactions else untried
    return replace(facts, pays_by=payment.split_by, pays_for=tuple(part.pays_for))
