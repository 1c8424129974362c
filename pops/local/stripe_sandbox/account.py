"""The account itself, and the domains its wallets are registered for."""

from __future__ import annotations

import re

from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import invalid, no_such
from pops.local.stripe_sandbox.forms import allow, boolean, required
from pops.local.stripe_sandbox.listing import page
from pops.local.stripe_sandbox.store import random_id
from pops.local.stripe_sandbox.types import Call, Obj

WALLETS = ("amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal")
# Stripe takes no scheme, port or path. Its test mode takes localhost and addresses, too.
UNREACHABLE = ".invalid"  # a name that no browser finds: Apple can't either
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def retrieve_account(core: Core, call: Call) -> Obj:
    """The one account of this sandbox, of a practice whose papers are in order."""
    return {
        "id": "acct_sandbox00000000",
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": "8011",
            "minority_owned_business_designation": None,
            "name": "Stripe sandbox",
            "product_description": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "US",
        "created": 1_735_689_600,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "billing@example.com",
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Stripe sandbox", "timezone": "America/New_York"}},
        "type": "standard",
    }


def create_domain(core: Core, call: Call) -> Obj:
    """Registered once: the same name again answers with the domain that is there."""
    allow(call.params, "domain_name", "enabled")
    name = required(call.params, "domain_name")
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid domain name: {name}", param="domain_name")
    known = (one for one in core.store.newest_first("payment_method_domain") if one["domain_name"] == name)
    if found := next(known, None):
        return found
    return core.store.put(
        {
            "id": random_id("pmd_"),
            "object": "payment_method_domain",
            **_wallets(name),
            "created": core.timestamp(),
            "domain_name": name,
            "enabled": call.params.get("enabled", "true") == "true",
            "livemode": False,
        }
    )


def _wallets(name: str) -> Obj:
    wallets: Obj = {wallet: {"status": "active"} for wallet in WALLETS}
    if name.endswith(UNREACHABLE):
        message = f"Unable to verify domain {name}: the file at /.well-known could not be fetched."
        wallets["apple_pay"] = {"status": "inactive", "status_details": {"error_message": message}}
    return wallets


def _get_domain(core: Core, call: Call) -> Obj:
    domain = core.store.find("payment_method_domain", call.ids[0])
    if domain is None:
        raise no_such("payment_method_domain", call.ids[0], param="payment_method_domain")
    return domain


def retrieve_domain(core: Core, call: Call) -> Obj:
    return _get_domain(core, call)


def update_domain(core: Core, call: Call) -> Obj:
    allow(call.params, "enabled")
    return core.store.put({**_get_domain(core, call), "enabled": boolean(call.params, "enabled")})


def validate_domain(core: Core, call: Call) -> Obj:
    """Look at the domain again."""
    allow(call.params)
    domain = _get_domain(core, call)
    return core.store.put({**domain, **_wallets(domain["domain_name"])})


def list_domains(core: Core, call: Call) -> Obj:
    params = {name: value for name, value in call.params.items() if name != "enabled"}
    return page(core, "payment_method_domain", params, "/v1/payment_method_domains", filters=("domain_name",))
