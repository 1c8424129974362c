from django.contrib import admin

from payments.models import Payment, ProcessorEvent
from pops.money import format_cents
from pops.readonly_admin import ReadOnlyAdmin


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "guarantor", "amount", "state", "receipt", "review_reason"]
    list_filter = ["state", "started_at"]
    list_select_related = ["guarantor", "receipt"]
    search_fields = ["intent_id", "guarantor__name", "guarantor__account_number"]

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, payment: Payment) -> str:
        return format_cents(payment.amount_cents)


@admin.register(ProcessorEvent)
class ProcessorEventAdmin(ReadOnlyAdmin):
    list_display = ["received_at", "type", "object_id", "state", "note"]
    list_filter = ["state", "type"]
    search_fields = ["event_id", "object_id"]
