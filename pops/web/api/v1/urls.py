"""Every resource of version 1."""

from django.urls import path

from pops.web.api.v1 import (
    batches,
    changes,
    closing,
    corrections,
    notices,
    payments,
    places,
    practice,
    quickpay,
    receipts,
    reports,
    returns,
    webhooks,
)
from pops.web.api.v1.accounts.numbers import numbered
from pops.web.api.v1.accounts.urls import urlpatterns as accounts

urlpatterns = [
    path("groups", practice.Groups.as_view(), name="groups"),
    path("groups/<int:group_id>", practice.OneGroup.as_view(), name="group"),
    *numbered("facilities", "facility_number", places.Facilities, places.ManyFacilities, places.OneFacility),
    *numbered("providers", "provider_number", places.Providers, places.ManyProviders, places.OneProvider),
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
        "webhook-endpoints/<int:endpoint_id>/deliveries/<int:delivery_id>",
        webhooks.OneDelivery.as_view(),
        name="webhook_delivery",
    ),
    path(
        "webhook-endpoints/<int:endpoint_id>/deliveries/<int:delivery_id>/again",
        webhooks.DeliveriesAgain.as_view(),
        name="webhook_again",
    ),
    path("receipts", receipts.Receipts.as_view(), name="receipts"),
    path("receipts/<int:number>", receipts.OneReceipt.as_view(), name="receipt"),
    path("receipts/<int:number>/itemized", receipts.ItemizedReceipt.as_view(), name="itemized_receipt"),
    path("receipts/<int:number>/pdf", receipts.ReceiptPdf.as_view(), name="receipt_pdf"),
    path("receipts/<int:number>/void", corrections.Void.as_view(), name="void"),
    path("receipts/<int:number>/refunds", corrections.Refunds.as_view(), name="refunds"),
    path("receipts/<int:number>/returns", returns.Returns.as_view(), name="returns"),
    path("payments", payments.Payments.as_view(), name="payments"),
    path("batches", batches.Batches.as_view(), name="batches"),
    path("batches/<int:batch_id>", batches.OneBatch.as_view(), name="batch"),
    path("batches/<int:batch_id>/breakdown", batches.Breakdown.as_view(), name="breakdown"),
    path("batches/<int:batch_id>/attach", batches.Attach.as_view(), name="attach"),
    path("batches/<int:batch_id>/counts", closing.Counts.as_view(), name="counts"),
    path("batches/<int:batch_id>/close", closing.Close.as_view(), name="close"),
    path("batches/<int:batch_id>/reopen", closing.Reopen.as_view(), name="reopen"),
]
