"""The sandbox through the real `stripe` package: payments, declines, refunds, customers, errors."""

import base64
import http.client
import time
from collections.abc import Iterator

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox

NOVEMBER_1 = 1_793_500_000


@pytest.fixture
def sandbox() -> Iterator[StripeSandbox]:
    with StripeSandbox(processing_delay=600) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: StripeSandbox) -> stripe.StripeClient:
    return stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url}, max_network_retries=0)


def pay(
    client: stripe.StripeClient, method: str = "pm_card_visa", amount: int = 5000, **more: object
) -> stripe.PaymentIntent:
    params = {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True, **more}
    return client.v1.payment_intents.create(params)  # type: ignore[arg-type]


def decline(client: stripe.StripeClient, method: str, **more: object) -> stripe.CardError:
    with pytest.raises(stripe.CardError) as caught:
        pay(client, method, **more)
    return caught.value


def get(sandbox: StripeSandbox, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"))
    connection.request("GET", "/v1/payment_intents", headers=headers)
    return connection.getresponse()


def types(sandbox: StripeSandbox) -> list[str]:
    return [event["type"] for event in sandbox.events]


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


@pytest.mark.parametrize(
    ("method", "code", "decline_code", "message"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline", "Your card was declined."),
        (
            "pm_card_chargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
            "Your card has insufficient funds.",
        ),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card", "Your card was declined."),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "Your card was declined."),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card", "Your card has expired."),
        (
            "pm_card_chargeDeclinedIncorrectCvc",
            "incorrect_cvc",
            "incorrect_cvc",
            "Your card's security code is incorrect.",
        ),
        ("pm_card_radarBlock", "card_declined", "fraudulent", "Your card was declined."),
    ],
)
def test_declines(client: stripe.StripeClient, method: str, code: str, decline_code: str, message: str):
    error = decline(client, method)

    assert error.http_status == 402
    assert (error.code, error.json_body["error"]["decline_code"], error.user_message) == (code, decline_code, message)
    intent = client.v1.payment_intents.retrieve(error.json_body["error"]["payment_intent"]["id"])
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_payment_error.decline_code == decline_code
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.status, charge.paid, charge.failure_code, charge.failure_message) == ("failed", False, code, message)
    assert error.json_body["error"]["charge"] == charge.id


def test_a_blocked_payment_never_reached_the_network(client: stripe.StripeClient):
    error = decline(client, "pm_card_radarBlock")

    outcome = client.v1.charges.retrieve(error.json_body["error"]["charge"]).outcome
    assert (outcome.type, outcome.network_status, outcome.reason) == (
        "blocked",
        "not_sent_to_network",
        "highest_risk_level",
    )


def test_another_card_pays_after_a_decline(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd"})
    declined = sandbox.confirm(intent.id, card_number="4000000000009995")
    paid = sandbox.confirm(intent.id, card_number="5555555555554444", wallet="apple_pay", name="Ann Lee")

    assert declined["status"] == "requires_payment_method"
    assert (paid["status"], paid["last_payment_error"]) == ("succeeded", None)
    assert declined["latest_charge"] != paid["latest_charge"]
    charges = client.v1.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert charges[0].payment_method_details.card.wallet.type == "apple_pay"
    assert charges[0].billing_details.name == "Ann Lee"


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"card_number": "4242424242424241"}, "incorrect_number"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"cvc": "12"}, "invalid_cvc"),
    ],
)
def test_mistyped_cards_leave_no_charge(client: stripe.StripeClient, sandbox: StripeSandbox, card: dict, code: str):
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd"})

    with pytest.raises(Exception, match="card") as caught:
        sandbox.confirm(intent.id, **card)

    assert caught.value.fields["code"] == code  # type: ignore[attr-defined]
    assert client.v1.payment_intents.retrieve(intent.id).latest_charge is None


def test_cards_that_are_no_test_cards_are_declined_and_not_kept(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd"})

    after = sandbox.confirm(intent.id, card_number="4539578763621486")

    assert after["last_payment_error"]["decline_code"] == "test_mode_live_card"
    assert "4539578763621486" not in str(sandbox._store._kinds)


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


def test_three_d_secure(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client, "pm_card_authenticationRequired", return_url="http://127.0.0.1/back")

    assert (intent.status, intent.latest_charge) == ("requires_action", None)
    assert intent.next_action.redirect_to_url.url == sandbox.challenge_url(intent.id)
    after = sandbox.authenticate(intent.id)
    assert after["status"] == "succeeded"
    charge = client.v1.charges.retrieve(after["latest_charge"])
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"


def test_three_d_secure_failed_has_no_charge(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client, "pm_card_threeDSecure2Required")

    after = sandbox.authenticate(intent.id, passed=False)

    assert (after["status"], after["latest_charge"]) == ("requires_payment_method", None)
    assert after["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert types(sandbox)[-2:] == ["payment_intent.requires_action", "payment_intent.payment_failed"]


def test_three_d_secure_then_declined(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")

    after = sandbox.authenticate(intent.id)

    assert after["last_payment_error"]["decline_code"] == "insufficient_funds"


@pytest.mark.parametrize(
    ("number", "status", "charge_status"),
    [("4000000077770008", "succeeded", "succeeded"), ("4000000077771113", "requires_payment_method", "failed")],
)
def test_processing(client: stripe.StripeClient, sandbox: StripeSandbox, number: str, status: str, charge_status: str):
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd"})

    waiting = sandbox.confirm(intent.id, card_number=number)
    assert waiting["status"] == "processing"
    assert client.v1.charges.retrieve(waiting["latest_charge"]).status == "pending"

    assert sandbox.settle(intent.id) is True
    assert sandbox.settle(intent.id) is False
    after = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (after.status, after.latest_charge.status) == (status, charge_status)


def test_processing_ends_by_itself():
    with StripeSandbox(processing_delay=0.05) as sandbox:
        client = stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})
        intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd"})
        sandbox.confirm(intent.id, card_number="4000000077770008")
        time.sleep(0.3)
        assert sandbox.payment_intent(intent.id)["status"] == "succeeded"


def test_refunds_in_parts_and_never_too_much(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client, amount=5000)

    first = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000, "metadata": {"why": "test"}})
    assert (first.status, first.amount, first.metadata.to_dict()) == ("succeeded", 2000, {"why": "test"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 3001})
    assert caught.value.user_message == ("Refund amount ($30.01) is greater than unrefunded amount on charge ($30.00)")
    rest = client.v1.refunds.create({"charge": intent.latest_charge, "reason": "requested_by_customer"})
    assert rest.amount == 3000
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 5000)
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    assert types(sandbox)[-4:] == ["refund.created", "charge.refunded"] * 2


def test_a_refund_that_fails_afterwards_gives_the_money_back_to_the_charge(
    client: stripe.StripeClient, sandbox: StripeSandbox
):
    intent = pay(client, "pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"

    sandbox.settle(refund.id)

    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert types(sandbox)[-2:] == ["refund.updated", "refund.failed"]


def test_a_pending_refund_succeeds_afterwards(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client, "pm_card_pendingRefund")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "pending"

    sandbox.settle(refund.id)

    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_dispute(client: stripe.StripeClient, sandbox: StripeSandbox):
    intent = pay(client, "pm_card_createDispute")

    event = next(event for event in sandbox.events if event["type"] == "charge.dispute.created")
    dispute = client.v1.disputes.retrieve(event["data"]["object"]["id"])
    assert (dispute.charge, dispute.reason, dispute.status) == (intent.latest_charge, "fraudulent", "needs_response")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"


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
