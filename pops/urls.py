"""Every door of POPS."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

import notifications.webhooks  # noqa: F401  listens to what comes in by Anymail's doors
from payments.webhooks import stripe_webhook

admin.site.site_header = admin.site.site_title = "POPS"
admin.site.index_title = "Back office"
admin.site.enable_nav_sidebar = False  # the desk has a bar of its own, and tablets no room
admin.site.site_url = None  # staff have no account in the portal

handler400 = "pops.portal.views.bad_request"
handler403 = "pops.portal.views.forbidden"
handler404 = "pops.portal.views.not_found"

urlpatterns = [
    path("", include("pops.portal.urls")),
    path("pay/", include("payments.urls")),
    path("receipts/", include("receipts.urls")),
    path("webhooks/stripe/", stripe_webhook, name="stripe_webhook"),
    path("admin/desk/", include("payments.backoffice.urls")),
    path("admin/", admin.site.urls),
]

# One door for each of Anymail's providers, such as webhooks/email/postmark/tracking/; all ask for the secret.
if settings.EMAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("webhooks/email/", include("anymail.urls")))
