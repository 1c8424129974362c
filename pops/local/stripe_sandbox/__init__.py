"""Stripe's test mode on this computer: development and tests only, nothing of the product imports it."""

from pops.local.stripe_sandbox.sandbox import StripeSandbox

__all__ = ["StripeSandbox"]
