"""Where others tell us what happened. Each signs what it says, or sends our secret."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

import pops.web.webhooks.email  # noqa: F401  listens to what comes in by Anymail's doors
from pops.web.webhooks.stripe import stripe_webhook
from pops.web.webhooks.texts import text_incoming, text_status

urlpatterns: list[URLPattern | URLResolver] = [
    path("stripe/", stripe_webhook, name="stripe_webhook"),
    # Shut by themselves where no token is set.
    path("texts/status/<int:message_id>/", text_status, name="text_status"),
    path("texts/incoming/", text_incoming, name="text_incoming"),
]

# One door for each of Anymail's providers, such as webhooks/email/postmark/tracking/; all ask for the secret.
if settings.EMAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("email/", include("anymail.urls")))
