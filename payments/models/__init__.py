"""Paying online: the guarantor's attempt and what the processor told us about it."""

from payments.models.attempt import Part, Payment
from payments.models.card import CardConsent, StoredCard
from payments.models.check import BooksCheck
from payments.models.event import ProcessorEvent
from payments.models.outcome import SessionOutcome
from payments.models.refund import Dispute, Refund

__all__ = [
    "BooksCheck",
    "CardConsent",
    "Dispute",
    "Part",
    "Payment",
    "ProcessorEvent",
    "Refund",
    "SessionOutcome",
    "StoredCard",
]
