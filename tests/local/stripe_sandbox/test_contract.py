"""What the sandbox answers is what Stripe publishes; the same file asks Stripe itself where STRIPE_CONTRACT_KEY is set.

Of Stripe only what a test key can do by itself is asked: a wallet's sheet needs a person and a device.
"""

import os
from collections.abc import Iterator

import pytest
import stripe

from payments.gateway.events import read_event
from pops.local.stripe_sandbox import StripeSandbox
from tests.local.stripe_sandbox.published import find_faults, find_unlike_sample

KEY = "STRIPE_CONTRACT_KEY"
CARD = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}
DOMAIN = "contract.example.com"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[StripeSandbox]:
    with StripeSandbox(processing_delay=600) as sandbox:
        yield sandbox


@pytest.fixture(scope="module", params=["sandbox", "Stripe"])
def client(request: pytest.FixtureRequest, sandbox: StripeSandbox) -> stripe.StripeClient:
    if request.param == "sandbox":
        return stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url}, max_network_retries=0)
    if not (key := os.environ.get(KEY)):
        pytest.skip(f"{KEY} is not set: Stripe itself was not asked")
    assert key.startswith("sk_test_"), f"{KEY} is for a test key: no real account is tried out"
    return stripe.StripeClient(key)


@pytest.fixture
def customer(client: stripe.StripeClient) -> stripe.Customer:
    return client.v1.customers.create({"metadata": {"pops_guarantor": "7"}})


def check(answer: stripe.StripeObject, *, like: str = "") -> None:
    """Raises unless an answer is as published."""
    as_sent = answer.to_dict()
    faults = find_faults(as_sent, type(answer), type(answer).__name__)
    if like:
        faults += find_unlike_sample(as_sent, like)
    assert faults == []


def start(client: stripe.StripeClient, **more: object) -> stripe.PaymentIntent:
    asked = {"amount": 5000, "currency": "usd", "allowed_payment_method_types": ["card"], **more}
    return client.v1.payment_intents.create(asked)  # type: ignore[arg-type]


def test_a_payment_by_card(client: stripe.StripeClient):
    made = start(client)
    check(made, like="payment_intent")

    paid = client.v1.payment_intents.confirm(
        made.id, {"payment_method": "pm_card_visa", "return_url": "https://example.com/", "expand": ["latest_charge"]}
    )

    assert paid.status == "succeeded"
    check(paid, like="payment_intent")
    check(paid.latest_charge, like="charge")
    assert paid.latest_charge.payment_method_details.card.wallet is None


def test_a_declined_card(client: stripe.StripeClient):
    made = start(client)

    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.confirm(
            made.id, {"payment_method": "pm_card_chargeDeclined", "return_url": "https://example.com/"}
        )

    assert (caught.value.code, caught.value.error.decline_code) == ("card_declined", "generic_decline")
    declined = client.v1.payment_intents.retrieve(made.id, {"expand": ["latest_charge"]})
    check(declined)
    check(declined.latest_charge)
    check(client.v1.payment_intents.cancel(made.id))


def test_a_payment_that_the_bank_asks_about(client: stripe.StripeClient):
    made = start(client)

    asked = client.v1.payment_intents.confirm(
        made.id, {"payment_method": "pm_card_authenticationRequired", "return_url": "https://example.com/back"}
    )

    assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
    check(asked)


def test_a_refund(client: stripe.StripeClient):
    paid = start(client, confirm=True, payment_method="pm_card_visa", return_url="https://example.com/")

    check(client.v1.refunds.create({"payment_intent": paid.id, "amount": 1000}), like="refund")


def test_a_confirmation_token_pays_once(client: stripe.StripeClient):
    asked = {"payment_method": "pm_card_visa", "return_url": "https://example.com/"}
    token = client.v1.test_helpers.confirmation_tokens.create(asked)  # type: ignore[arg-type]
    check(token, like="confirmation_token")
    check(client.v1.confirmation_tokens.retrieve(token.id))

    paid = client.v1.payment_intents.confirm(start(client).id, {"confirmation_token": token.id})

    assert paid.status == "succeeded"
    assert client.v1.confirmation_tokens.retrieve(token.id).payment_intent == paid.id
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(start(client).id, {"confirmation_token": token.id})


def test_a_customer_and_a_card_that_is_kept(client: stripe.StripeClient, customer: stripe.Customer):
    check(customer, like="customer")
    made = start(client, customer=customer.id, setup_future_usage="on_session")

    paid = client.v1.payment_intents.confirm(
        made.id, {"payment_method": "pm_card_visa", "return_url": "https://example.com/"}
    )

    check(paid)
    (kept,) = client.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    assert kept.id == paid.payment_method
    check(kept, like="payment_method")
    gone = client.v1.payment_methods.detach(kept.id)
    assert gone.customer is None
    check(gone)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.detach(kept.id)


def test_a_kept_card_whose_security_code_is_asked_again(client: stripe.StripeClient, customer: stripe.Customer):
    client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    (kept,) = client.v1.payment_methods.list({"customer": customer.id}).data
    made = client.v1.payment_intents.update(
        start(client).id,
        {"customer": customer.id, "payment_method_options": {"card": {"require_cvc_recollection": True}}},
    )
    check(made)
    asked = {"payment_method": kept.id, "return_url": "https://example.com/"}

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(made.id, asked)  # type: ignore[arg-type]
    code = client.v1.tokens.create({"cvc_update": {"cvc": "123"}})
    check(code)
    paid = client.v1.payment_intents.confirm(
        made.id,
        {**asked, "payment_method_options": {"card": {"cvc_token": code.id}}},  # type: ignore[typeddict-item]
    )

    assert paid.status == "succeeded"
    check(paid)


def test_a_card_set_up_without_a_payment(client: stripe.StripeClient, customer: stripe.Customer):
    asked = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    made = client.v1.setup_intents.create({"customer": customer.id, **asked})  # type: ignore[typeddict-item]
    check(made, like="setup_intent")

    check(client.v1.setup_intents.confirm(made.id, {"payment_method": "pm_card_visa"}))

    declined = client.v1.setup_intents.create({"customer": customer.id, **asked})  # type: ignore[typeddict-item]
    with pytest.raises(stripe.CardError):
        client.v1.setup_intents.confirm(declined.id, {"payment_method": "pm_card_chargeDeclined"})
    check(client.v1.setup_intents.retrieve(declined.id))


def test_a_customer_session(client: stripe.StripeClient, customer: stripe.Customer):
    components = {"payment_element": {"enabled": True}}

    check(client.v1.customer_sessions.create({"customer": customer.id, "components": components}))  # type: ignore[typeddict-item]


def test_a_domain_for_wallets(client: stripe.StripeClient):
    domain = client.v1.payment_method_domains.create({"domain_name": DOMAIN})

    check(domain)
    check(client.v1.payment_method_domains.validate(domain.id))


@pytest.mark.parametrize("wallet", ["apple_pay", "google_pay"])
def test_a_wallet_of_the_sandbox(sandbox: StripeSandbox, wallet: str):
    client = stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})
    token = client.v1.confirmation_tokens.retrieve(sandbox.wallet_token(wallet)["id"])
    check(token)

    paid = client.v1.payment_intents.confirm(
        start(client).id, {"confirmation_token": token.id, "expand": ["latest_charge", "payment_method"]}
    )

    check(paid)
    check(paid.latest_charge)
    check(paid.payment_method)
    for card in (
        token.payment_method_preview.card,
        paid.payment_method.card,
        paid.latest_charge.payment_method_details.card,
    ):
        assert card.wallet.type == wallet


def test_a_card_that_the_networks_renew_and_all_events(sandbox: StripeSandbox):
    client = stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})
    customer = client.v1.customers.create()
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})

    sandbox.renew_card(method.id, exp_month=8, exp_year=2038)

    renewed = client.v1.payment_methods.retrieve(method.id)
    assert (renewed.card.exp_month, renewed.card.exp_year) == (8, 2038)
    check(renewed)
    event = client.v1.events.list({"limit": 1}).data[0]
    assert event.type == "payment_method.automatically_updated"
    assert event.data.previous_attributes.card.exp_year == 2034
    for event in client.v1.events.list({"limit": 100}).data:
        check(event, like="event")
        assert read_event(str(event)).object_id


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"brand": 1}, "brand"),
        ({"wallet": {"type": "apple_pay", "colour": "red"}}, "colour"),
        ({"exp_month": None}, "exp_month"),
        ({"checks": []}, "checks"),
    ],
)
def test_the_check_sees_what_is_wrong(sandbox: StripeSandbox, answer: dict[str, object], fault: str):
    client = stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})
    method = client.v1.payment_methods.create(CARD).to_dict()  # type: ignore[arg-type]
    assert find_faults(method, stripe.PaymentMethod) == []

    method["card"] |= answer

    assert any(fault in found for found in find_faults(method, stripe.PaymentMethod))
