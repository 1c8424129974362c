"""The sandbox keeps cards for a customer."""

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox
from tests.local.stripe_sandbox.calls import decline, pay


def test_saved_cards(client: stripe.StripeClient, sandbox: StripeSandbox):
    customer = client.v1.customers.create(
        {"email": "ann@example.com", "name": "Ann Lee", "metadata": {"guarantor": "9"}}
    )
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd", "customer": customer.id})
    sandbox.confirm(intent.id, save=True)

    (method,) = client.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    again = pay(client, method.id, customer=customer.id, off_session=True, expand=["customer"])
    assert (again.status, again.customer.email) == ("succeeded", "ann@example.com")
    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        pay(client, method.id)
    assert client.v1.payment_methods.detach(method.id).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    assert client.v1.customers.payment_methods.list(customer.id).data == []


def test_a_card_that_was_not_saved_pays_once(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client)

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        pay(client, intent.payment_method)


def test_declining_cards_cannot_be_attached(client: stripe.StripeClient):
    customer = client.v1.customers.create()

    with pytest.raises(stripe.CardError):
        client.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
    assert client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id}).customer == customer.id


def test_off_session_needs_no_questions(client: stripe.StripeClient):
    customer = client.v1.customers.create()
    method = client.v1.payment_methods.attach("pm_card_authenticationRequired", {"customer": customer.id})

    error = decline(client, method.id, customer=customer.id, off_session=True)

    assert error.code == "authentication_required"


def test_setup_intents_save_a_card(client: stripe.StripeClient):
    customer = client.v1.customers.create()
    intent = client.v1.setup_intents.create(
        {"customer": customer.id, "confirm": True, "payment_method": "pm_card_visa"}
    )

    assert intent.status == "succeeded"
    assert client.v1.payment_methods.retrieve(intent.payment_method).customer == customer.id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.setup_intents.cancel(intent.id)
    assert caught.value.code == "setup_intent_unexpected_state"


def test_customer_sessions(client: stripe.StripeClient):
    customer = client.v1.customers.create()
    features = {"payment_method_save": "enabled", "payment_method_redisplay": "enabled"}
    components = {"payment_element": {"enabled": True, "features": features}}

    session = client.v1.customer_sessions.create({"customer": customer.id, "components": components})

    assert session.client_secret.startswith("cuss_secret_")
    assert session.components.payment_element.features.payment_method_save == "enabled"
