"""The sandbox declines, asks and takes its time as its test cards say."""

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox
from tests.concurrency import wait_until
from tests.local.stripe_sandbox.calls import decline, pay, types


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
        wait_until(lambda: sandbox.payment_intent(intent.id)["status"] == "succeeded")
