"""ConfirmationTokens: what the payer's browser is about to pay by, before anything is charged."""

from dataclasses import dataclass

from payments.gateway.client import asking
from payments.gateway.intents import method_of
from pops.core.methods import Method


@dataclass(frozen=True)
class TokenFacts:
    """By which method a confirmation would pay, and whether Stripe would keep its card."""

    method: Method
    keeps_card: bool


def get_token(token_id: str) -> TokenFacts:
    """What a browser made of what was typed, or chosen in a wallet. Raises Rejected for an unknown one, OutOfReach."""
    with asking() as stripe_client:
        token = stripe_client.v1.confirmation_tokens.retrieve(token_id)
    return TokenFacts(method=method_of(token.payment_method_preview), keeps_card=token.setup_future_usage is not None)
