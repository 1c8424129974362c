from django.contrib import admin

from payments.models import Dispute, Payment, ProcessorEvent, Refund
from pops.money import format_cents
from pops.readonly_admin import ReadOnlyAdmin


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "guarantor", "amount", "state", "receipt", "review_reason"]
    list_filter = ["state", "started_at"]
    list_select_related = ["guarantor", "receipt"]
    search_fields = ["=intent_id", "=guarantor__account_number", "guarantor__name__istartswith"]
    search_help_text = "PaymentIntent, account number, or how the guarantor's name begins"
    change_form_template = "backoffice/payment.html"
    fieldsets = [
        (None, {"fields": ["guarantor", "amount", "state", "receipt", "started_at"]}),
        ("Review", {"fields": ["review_reason", "reviewed_by", "reviewed_at", "review_note"]}),
        ("At Stripe", {"fields": ["intent_id", "checked_at"]}),
    ]

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, payment: Payment) -> str:
        return format_cents(payment.amount_cents)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ["requested_at", "receipt", "amount", "state", "requested_by", "reason", "note"]
    list_filter = ["state", "requested_at"]
    list_select_related = ["receipt", "requested_by"]
    search_fields = ["=stripe_id", "=charge_id", "=receipt__number"]
    search_help_text = "Receipt number, or the refund or charge at Stripe"
    exclude = ["amount_cents"]
    readonly_fields = ["amount"]

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, refund: Refund) -> str:
        return format_cents(refund.amount_cents)


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "receipt", "amount", "reason", "status", "due_by"]
    list_filter = ["status"]
    list_select_related = ["receipt"]
    search_fields = ["=stripe_id", "=receipt__number"]
    exclude = ["amount_cents"]
    readonly_fields = ["amount"]

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, dispute: Dispute) -> str:
        return format_cents(dispute.amount_cents)


@admin.register(ProcessorEvent)
class ProcessorEventAdmin(ReadOnlyAdmin):
    list_display = ["received_at", "type", "object_id", "state", "note"]
    list_filter = ["state", "type"]
    search_fields = ["=event_id", "=object_id"]
