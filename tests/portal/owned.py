"""What belongs to one guarantor, for tests that walk the portal's addresses."""

from collections.abc import Callable
from typing import Any

from pops.core.accounts.models import Guarantor
from tests.factories.appointments import AppointmentRequestFactory
from tests.factories.statements import statement_of
from tests.payments.stripe_side import start, store_card


def ids_of(guarantor: Guarantor, pay: Callable[..., Any]) -> dict[str, Any]:
    """An object of each kind, by what its address calls it."""
    return {
        "card_id": store_card(guarantor).pk,  # first: paying closes what else is open
        "payment_id": start(guarantor).pk,
        "number": pay(guarantor).number,
        "request_id": AppointmentRequestFactory(guarantor=guarantor).pk,
        "statement_id": statement_of(guarantor).pk,
    }
