"""Apple Pay and Google Pay: where Stripe shows them, and the card that they hand over."""

from __future__ import annotations

from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import invalid
from pops.local.stripe_sandbox.tokens import create_confirmation_token
from pops.local.stripe_sandbox.types import Call, Obj

WALLETS = ("apple_pay", "google_pay")
EXPIRY = {"exp_month": "12", "exp_year": "2034"}


def find_wallets(core: Core, domain: str) -> list[str]:
    """The wallets that show on a page of this domain: those it is registered for, and that found it."""
    found = (one for one in core.store.newest_first("payment_method_domain") if one["domain_name"] == domain)
    registered = next((one for one in found if one["enabled"]), None)
    return [wallet for wallet in WALLETS if registered and registered[wallet]["status"] == "active"]


def create_wallet_token(core: Core, form: dict[str, str]) -> Obj:
    """A ConfirmationToken with the card that was chosen in a wallet's sheet."""
    wallet, number = form.get("wallet", ""), form.get("number", "")
    if wallet not in WALLETS:
        raise invalid("No such wallet.", param="wallet")
    data: Obj = {
        "type": "card",
        "card": {"number": number, **EXPIRY},
        "billing_details": {"address": {"country": "US", "postal_code": "12345"}},
    }
    given = {name: form[name] for name in ("return_url", "setup_future_usage") if form.get(name)}
    return create_confirmation_token(core, Call({"payment_method_data": data, **given}), wallet=wallet)
