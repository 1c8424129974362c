"""The sandbox through the real `stripe` package: payments, keys, lists, errors."""

import base64
import http.client

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox
from tests.local.stripe_sandbox.calls import pay, types

NOVEMBER_1 = 1_793_500_000


def get(sandbox: StripeSandbox, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"))
    connection.request("GET", "/v1/payment_intents", headers=headers)
    return connection.getresponse()


def test_payment_succeeds_with_an_expanded_charge(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(
        client,
        metadata={"attempt": "17"},
        description="Statement 12",
        receipt_email="ann@example.com",
        expand=["latest_charge.balance_transaction", "payment_method"],
    )

    assert intent.status == "succeeded"
    assert intent.amount_received == 5000
    assert intent.metadata.to_dict() == {"attempt": "17"}
    charge = intent.latest_charge
    assert (charge.paid, charge.captured, charge.refunded, charge.status) == (True, True, False, "succeeded")
    card = charge.payment_method_details.card
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("visa", "4242", 12, 2034)
    assert (card.funding, card.network, card.wallet) == ("credit", "visa", None)
    assert charge.outcome.seller_message == "Payment complete."
    assert charge.balance_transaction.net == 5000 - 175
    assert intent.payment_method.card.last4 == "4242"
    assert types(sandbox) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_which_kinds_are_taken_is_said_as_stripe_says_it_now(client: stripe.StripeClient):
    made = client.v1.payment_intents.create(
        {"amount": 700, "currency": "usd", "allowed_payment_method_types": ["card"]}
    )

    assert (made.allowed_payment_method_types, made.payment_method_types) == (["card"], ["card"])
    assert made.automatic_payment_methods is None
    for wrong, code in (
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported"),
        ({"allowed_payment_method_types": ["card"], "automatic_payment_methods": {"enabled": True}}, None),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.payment_intents.create({"amount": 700, "currency": "usd", **wrong})
        assert refusal.value.code == code


def test_unexpanded_fields_are_ids(client: stripe.StripeClient):
    intent = pay(client)

    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert charge.payment_intent == intent.id
    assert [one.id for one in client.v1.charges.list({"payment_intent": intent.id})] == [charge.id]


def test_module_level_calls_work_too(sandbox: StripeSandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stripe, "api_base", sandbox.url)
    monkeypatch.setattr(stripe, "api_key", sandbox.secret_key)

    intent = stripe.PaymentIntent.create(amount=700, currency="usd", automatic_payment_methods={"enabled": True})

    assert stripe.PaymentIntent.retrieve(intent.id, expand=["latest_charge"]).latest_charge is None
    assert intent.automatic_payment_methods.enabled is True


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": "12.50", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": 500}, "parameter_missing", "currency"),
        ({"amount": 500, "currency": "usd", "amuont": 1}, "parameter_unknown", "amuont"),
        ({"amount": 500, "currency": "usd", "customer": "cus_none"}, "resource_missing", "customer"),
        ({"amount": 500, "currency": "usd", "receipt_email": "nobody"}, "email_invalid", "receipt_email"),
    ],
)
def test_parameters_are_checked(client: stripe.StripeClient, params: dict, code: str, param: str):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create(params)

    assert (caught.value.code, caught.value.param, caught.value.http_status) == (code, param, 400)


def test_wrong_states_are_refused_with_the_payment_intent(client: stripe.StripeClient):
    intent = pay(client)

    for call in (client.v1.payment_intents.confirm, client.v1.payment_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call(intent.id)
        assert caught.value.code == "payment_intent_unexpected_state"
        assert caught.value.json_body["error"]["payment_intent"]["id"] == intent.id
    with pytest.raises(
        stripe.InvalidRequestError, match="amount could not be updated because it has a status of succeeded"
    ):
        client.v1.payment_intents.update(intent.id, {"amount": 100})
    assert client.v1.payment_intents.update(intent.id, {"metadata": {"late": "1"}}).metadata.late == "1"


def test_update_before_confirmation_and_cancel(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd", "metadata": {"a": "1", "b": "2"}})

    changed = client.v1.payment_intents.update(intent.id, {"amount": 800, "metadata": {"a": "", "c": "3"}})
    assert (changed.amount, changed.metadata.to_dict()) == (800, {"b": "2", "c": "3"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.update(intent.id, {"amount": 700, "receipt_email": "nobody"})
    assert client.v1.payment_intents.retrieve(intent.id).amount == 800
    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert types(sandbox)[-1] == "payment_intent.canceled"


def test_lists_by_creation_time_and_page(client: stripe.StripeClient, sandbox: StripeSandbox):
    made = []
    for hour in range(5):
        sandbox.now = lambda hour=hour: NOVEMBER_1 + 3600 * hour + 0.7  # type: ignore[misc]
        made.append(client.v1.payment_intents.create({"amount": 500 + hour, "currency": "usd"}).id)

    assert client.v1.payment_intents.retrieve(made[1]).created == NOVEMBER_1 + 3600
    since = client.v1.payment_intents.list({"created": {"gte": NOVEMBER_1 + 3600, "lt": NOVEMBER_1 + 4 * 3600}})
    assert [one.id for one in since] == made[3:0:-1]
    page = client.v1.payment_intents.list({"limit": 2})
    assert page.has_more
    assert [one.id for one in page.auto_paging_iter()] == made[::-1]
    before = client.v1.payment_intents.list({"limit": 2, "ending_before": made[1]})
    assert [one.id for one in before.data] == [made[3], made[2]]


def test_events_can_be_retrieved_and_listed(client: stripe.StripeClient):
    intent = pay(client)

    (event,) = client.v1.events.list({"type": "payment_intent.succeeded"}).data
    assert event.data.object.id == intent.id
    assert client.v1.events.retrieve(event.id).type == "payment_intent.succeeded"
    assert {one.type for one in client.v1.events.list({"type": "charge.*"})} == {"charge.succeeded"}


def test_keys(sandbox: StripeSandbox):
    stranger = stripe.StripeClient("sk_test_wrong_0123456789", base_addresses={"api": sandbox.url})
    browser = stripe.StripeClient(sandbox.publishable_key, base_addresses={"api": sandbox.url})

    with pytest.raises(stripe.AuthenticationError, match=r"Invalid API Key provided: sk_test_\*+6789"):
        stranger.v1.payment_intents.list()
    with pytest.raises(stripe.AuthenticationError, match="publishable"):
        browser.v1.payment_intents.list()
    assert get(sandbox, {}).status == 401


def test_basic_authentication_works_too(sandbox: StripeSandbox):
    token = base64.b64encode(f"{sandbox.secret_key}:".encode()).decode()
    answer = get(sandbox, {"Authorization": f"Basic {token}"})

    assert answer.status == 200
    assert answer.headers["Request-Id"].startswith("req_")


def test_a_browser_needs_the_client_secret_and_sees_little(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd", "metadata": {"secret": "1"}})
    browser = stripe.StripeClient(sandbox.publishable_key, base_addresses={"api": sandbox.url})

    with pytest.raises(stripe.InvalidRequestError):
        browser.v1.payment_intents.retrieve(intent.id, {"client_secret": f"{intent.id}_secret_wrong"})
    seen = browser.v1.payment_intents.retrieve(intent.id, {"client_secret": intent.client_secret})
    assert (seen.amount, "metadata" in seen, "latest_charge" in seen) == (900, False, False)
    paid = browser.v1.payment_intents.confirm(
        intent.id,
        {"client_secret": intent.client_secret, "payment_method": "pm_card_visa"},  # type: ignore[typeddict-unknown-key]
    )
    assert paid.status == "succeeded"


def test_unknown_urls_and_ids(client: stripe.StripeClient):
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as caught:
        client.raw_request("post", "/v1/unicorns")
    assert caught.value.http_status == 404
    for find, param in ((client.v1.payment_intents.retrieve, "intent"), (client.v1.charges.retrieve, "id")):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            find("pi_none")
        assert (caught.value.http_status, caught.value.code, caught.value.param) == (404, "resource_missing", param)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.payment_intents.create({"amount": 900, "currency": "usd", "expand": ["status"]})
