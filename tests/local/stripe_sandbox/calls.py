"""What the tests of the sandbox ask of it through the real `stripe` package."""

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox


def pay(
    client: stripe.StripeClient, method: str = "pm_card_visa", amount: int = 5000, **more: object
) -> stripe.PaymentIntent:
    params = {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True, **more}
    return client.v1.payment_intents.create(params)  # type: ignore[arg-type]


def decline(client: stripe.StripeClient, method: str, **more: object) -> stripe.CardError:
    with pytest.raises(stripe.CardError) as caught:
        pay(client, method, **more)
    return caught.value


def types(sandbox: StripeSandbox) -> list[str]:
    return [event["type"] for event in sandbox.events]
