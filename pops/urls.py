"""Every door of POPS."""

from django.contrib import admin
from django.urls import include, path

from payments.webhooks import stripe_webhook

admin.site.site_header = admin.site.site_title = "POPS"
admin.site.index_title = "Back office"

urlpatterns = [
    path("", include("pops.portal.urls")),
    path("pay/", include("payments.urls")),
    path("receipts/", include("receipts.urls")),
    path("webhooks/stripe/", stripe_webhook, name="stripe_webhook"),
    path("admin/", admin.site.urls),
]
