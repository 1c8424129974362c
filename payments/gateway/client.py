"""The one Stripe client, and what its faults mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import stripe
from django.conf import settings

from payments.gateway.reasons import refusal_words

TIMEOUT_SECONDS = 20
HURRY_SECONDS = 4
IN_USE = "idempotency_key_in_use"

_in_a_hurry: ContextVar[bool] = ContextVar("in_a_hurry", default=False)


class ProcessorError(Exception):
    """Stripe did not do what it was asked for."""


class OutOfReach(ProcessorError):
    """Stripe could not be asked or gave no answer: nobody knows whether it was done."""


class KeyRefused(OutOfReach):
    """Stripe doesn't know our key, or the key may not ask for this: nothing was done, until the settings are mended."""


class Rejected(ProcessorError):
    """Stripe's definite no: nothing was done. `code` is Stripe's, `words` are for staff."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words

    @property
    def is_unknown(self) -> bool:
        """Whether Stripe has no such object."""
        return self.code == "resource_missing"

    @property
    def is_in_use(self) -> bool:
        """Whether the same was asked before, or is being done: this answer says nothing of what becomes of it."""
        return self.code == IN_USE


def client() -> stripe.StripeClient:
    """The Stripe client of this process, made once for a key and an address."""
    return _make_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


def browser_client() -> stripe.StripeClient:
    """A client with what browsers know, the publishable key: to try it."""
    return _make_client(settings.STRIPE_PUBLISHABLE_KEY, settings.STRIPE_API_BASE)


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Within, Stripe is asked once and for seconds: somebody waits who can go on without the answer."""
    token = _in_a_hurry.set(True)
    try:
        yield
    finally:
        _in_a_hurry.reset(token)


def _client_now() -> stripe.StripeClient:
    if _in_a_hurry.get():
        return _make_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, seconds=HURRY_SECONDS, retries=0)
    return client()


@cache
def _make_client(key: str, api: str, *, seconds: int = TIMEOUT_SECONDS, retries: int = 2) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": api},
        http_client=stripe.RequestsClient(timeout=seconds),
        max_network_retries=retries,
    )


@contextmanager
def asking(find_client: Callable[[], stripe.StripeClient] = _client_now) -> Iterator[stripe.StripeClient]:
    """A client, the secret key's unless told otherwise, its faults told in our words.

    Raises KeyRefused, OutOfReach, Rejected.
    """
    try:
        yield find_client()
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
        code = error.code or (IN_USE if isinstance(error, stripe.IdempotencyError) else "")
        raise Rejected(code, refusal_words(code, str(error.user_message or error))) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise KeyRefused(str(error.user_message or error)) from error
    except stripe.StripeError as error:
        raise OutOfReach(str(error)) from error
