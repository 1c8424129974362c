"""A sandbox, and the real `stripe` package before it."""

from collections.abc import Iterator

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox


@pytest.fixture
def sandbox() -> Iterator[StripeSandbox]:
    with StripeSandbox(processing_delay=600) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: StripeSandbox) -> stripe.StripeClient:
    return stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url}, max_network_retries=0)
