"""The sandbox gives money back: in parts, later, in vain, and by dispute."""

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox
from tests.local.stripe_sandbox.calls import pay, types


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
