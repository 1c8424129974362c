"""Stripe's webhook before all that pages need."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from pops.web.webhooks.stripe import stripe_webhook


class StripeFirstMiddleware:
    """Answers Stripe at once: it needs no session, user, messages or content policy, and is signed (see ADR 0019)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return stripe_webhook(request) if request.path == self.place else self.get_response(request)

    @cached_property
    def place(self) -> str:
        """Its path. Asked with every request there is, and found once."""
        return reverse("stripe_webhook")
