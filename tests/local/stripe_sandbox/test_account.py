"""The sandbox's account and its domains for wallets, through the real `stripe` package."""

import pytest
import stripe


def test_the_account_behind_the_key(client: stripe.StripeClient):
    account = client.v1.accounts.retrieve_current()

    assert (account.object, account.charges_enabled, account.details_submitted) == ("account", True, True)
    assert account.business_profile.name == account.settings.dashboard.display_name == "Stripe sandbox"


def test_a_domain_is_registered_once_and_found_by_its_name(client: stripe.StripeClient):
    domains = client.v1.payment_method_domains
    made = domains.create({"domain_name": "pay.example.com"})
    again = domains.create({"domain_name": "pay.example.com"})

    assert again.id == made.id
    assert (made.object, made.enabled, made.livemode) == ("payment_method_domain", True, False)
    for wallet in ("amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal"):
        assert getattr(made, wallet).status == "active"
    assert [one.id for one in domains.list({"domain_name": "pay.example.com"}).data] == [made.id]
    assert domains.list({"domain_name": "other.example.com"}).data == []


def test_a_domain_is_switched_off_and_on_and_looked_at_again(client: stripe.StripeClient):
    domains = client.v1.payment_method_domains
    made = domains.create({"domain_name": "pay.example.com"})

    assert domains.update(made.id, {"enabled": False}).enabled is False
    assert domains.retrieve(made.id).enabled is False
    assert domains.update(made.id, {"enabled": True}).enabled is True
    assert domains.validate(made.id).apple_pay.status == "active"


def test_a_domain_that_nobody_finds_says_why_apple_pay_does_not_show(client: stripe.StripeClient):
    made = client.v1.payment_method_domains.create({"domain_name": "pay.invalid"})

    assert (made.apple_pay.status, made.google_pay.status) == ("inactive", "active")
    assert "pay.invalid" in made.apple_pay.status_details.error_message


@pytest.mark.parametrize("name", ["https://pay.example.com", "pay.example.com/x", ""])
def test_what_is_no_domain_is_refused(client: stripe.StripeClient, name: str):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_method_domains.create({"domain_name": name})

    assert caught.value.param == "domain_name"


def test_an_unknown_domain_is_told(client: stripe.StripeClient):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_method_domains.validate("pmd_none")

    assert caught.value.code == "resource_missing"
