"""The account behind our keys: whether they open it, and the domain that its wallets show on."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import stripe
from django.conf import settings

from payments.gateway.client import Rejected, asking, browser_client

# Nobody's PaymentIntent: Stripe answers whether it knows the key that asks about it.
NOBODYS = "pi_0000000000000000"
TEST_KEY = "sk_test_"
# The least that Stripe takes, in cents. It is canceled before anybody could pay it.
TRIAL_CENTS = 50


@dataclass(frozen=True)
class AccountFacts:
    """Whose account it is, and whether Stripe lets it take payments."""

    name: str
    takes_payments: bool
    is_test: bool


@dataclass(frozen=True)
class DomainFacts:
    """A domain that wallets were registered for. `faults`: why a wallet doesn't show there, in Stripe's words."""

    id: str
    is_enabled: bool
    faults: dict[str, str]


def get_account() -> AccountFacts:
    """The account that the secret key opens. Raises KeyRefused when it opens none, OutOfReach."""
    with asking() as stripe_client:
        account = stripe_client.v1.accounts.retrieve_current()
    profile, dashboard = account.business_profile, getattr(account.settings, "dashboard", None)
    return AccountFacts(
        name=(profile and profile.name) or getattr(dashboard, "display_name", None) or account.id,
        takes_payments=bool(account.charges_enabled),
        is_test=is_test(),
    )


def is_test() -> bool:
    """Whether no real card is charged with these keys."""
    return settings.STRIPE_SECRET_KEY.startswith(TEST_KEY)


def try_publishable_key() -> None:
    """Ask Stripe as a browser does. Raises KeyRefused when it doesn't know the publishable key, OutOfReach."""
    with suppress(Rejected), asking(browser_client) as stripe_client:
        stripe_client.v1.payment_intents.retrieve(NOBODYS, {"client_secret": f"{NOBODYS}_secret_none"})


def ask_for_event(*, trial_id: uuid.UUID) -> str:
    """Have Stripe send us an event: a PaymentIntent that is made and canceled. Its id, which the event names.

    Raises KeyRefused, Rejected, OutOfReach.
    """
    with asking() as stripe_client:
        intent = stripe_client.v1.payment_intents.create(
            {
                "amount": TRIAL_CENTS,
                "currency": "usd",
                "allowed_payment_method_types": ["card"],
                "description": "Trial of the webhook, canceled at once",
                "metadata": {"pops_trial": str(trial_id)},
            },
            {"idempotency_key": f"{trial_id}-trial"},
        )
        stripe_client.v1.payment_intents.cancel(intent.id, {}, {"idempotency_key": f"{trial_id}-trial-cancel"})
    return intent.id


def find_domain(name: str) -> DomainFacts | None:
    """The domain as Stripe has it registered for wallets. Raises KeyRefused, Rejected, OutOfReach."""
    with asking() as stripe_client:
        found = stripe_client.v1.payment_method_domains.list({"domain_name": name, "limit": 1}).data
    return _read_domain(found[0]) if found else None


def register_domain(*, name: str) -> DomainFacts:
    """Register a domain for wallets, or have Stripe look at it once more. Raises KeyRefused, Rejected, OutOfReach."""
    known = find_domain(name)
    with asking() as stripe_client:
        domains = stripe_client.v1.payment_method_domains
        if known is None:
            return _read_domain(domains.create({"domain_name": name}))
        if not known.is_enabled:
            domains.update(known.id, {"enabled": True})
        return _read_domain(domains.validate(known.id))


def _read_domain(domain: stripe.PaymentMethodDomain) -> DomainFacts:
    wallets: dict[str, Any] = {"Apple Pay": domain.apple_pay, "Google Pay": domain.google_pay, "Link": domain.link}
    return DomainFacts(
        id=domain.id,
        is_enabled=domain.enabled,
        faults={
            name: wallet.status_details.error_message if getattr(wallet, "status_details", None) else "Not active."
            for name, wallet in wallets.items()
            if wallet.status != "active"
        },
    )
