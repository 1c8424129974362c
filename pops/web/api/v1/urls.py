"""Every resource of version 1."""

from django.urls import path

from pops.web.api.v1 import changes, notices, places, practice, quickpay, reports, webhooks
from pops.web.api.v1.accounts.urls import urlpatterns as accounts

urlpatterns = [
    path("groups", practice.Groups.as_view(), name="groups"),
    path("groups/<int:group_id>", practice.OneGroup.as_view(), name="group"),
    path("facilities", places.Facilities.as_view(), name="facilities"),
    path("facilities/bulk", places.ManyFacilities.as_view(), name="facilities_bulk"),
    path("facilities/<str:facility_number>", places.OneFacility.as_view(), name="facility"),
    path("providers", places.Providers.as_view(), name="providers"),
    path("providers/bulk", places.ManyProviders.as_view(), name="providers_bulk"),
    path("providers/<str:provider_number>", places.OneProvider.as_view(), name="provider"),
    *accounts,
    path("quickpay-links", quickpay.Links.as_view(), name="quickpay_links"),
    path("quickpay-links/<int:link_id>/revoke", quickpay.RevokeLink.as_view(), name="quickpay_link_revoke"),
    path("balance-notices", notices.Notices.as_view(), name="balance_notices"),
    path("reports", reports.Reports.as_view(), name="reports"),
    path("reports/<slug:name>", reports.OneReport.as_view(), name="report"),
    path("changes", changes.Changes.as_view(), name="changes"),
    path("webhook-endpoints", webhooks.Endpoints.as_view(), name="webhook_endpoints"),
    path("webhook-endpoints/<int:endpoint_id>", webhooks.OneEndpoint.as_view(), name="webhook_endpoint"),
    path("webhook-endpoints/<int:endpoint_id>/secret", webhooks.EndpointSecrets.as_view(), name="webhook_secret"),
    path("webhook-endpoints/<int:endpoint_id>/test", webhooks.EndpointTests.as_view(), name="webhook_test"),
    path("webhook-endpoints/<int:endpoint_id>/deliveries", webhooks.Deliveries.as_view(), name="webhook_deliveries"),
    path(
        "webhook-endpoints/<int:endpoint_id>/deliveries/<int:delivery_id>/again",
        webhooks.DeliveriesAgain.as_view(),
        name="webhook_again",
    ),
]
