"""The one Stripe client, and what its faults mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import stripe
from django.conf import settings

from payments.gateway.reasons import refusal_words

TIMEOUT_SECONDS = 20


class ProcessorError(Exception):
    """Stripe did not do what it was asked for."""


class OutOfReach(ProcessorError):
    """Stripe could not be asked or gave no answer: nobody knows whether it was done."""


class Rejected(ProcessorError):
    """Stripe's definite no: nothing was done. `code` is Stripe's, `words` are for staff."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words

    @property
    def is_unknown(self) -> bool:
        """Whether Stripe has no such object."""
        return self.code == "resource_missing"


@cache
def client() -> stripe.StripeClient:
    """The one Stripe client of this process."""
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=2,
    )


@contextmanager
def asking() -> Iterator[stripe.StripeClient]:
    """The client, its faults told in our words. Raises OutOfReach, Rejected."""
    try:
        yield client()
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
        code = error.code or ""
        raise Rejected(code, refusal_words(code, str(error.user_message or error))) from error
    except stripe.StripeError as error:
        raise OutOfReach(str(error)) from error
