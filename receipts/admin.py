from django.contrib import admin
from django.utils.safestring import SafeString

from pops.money import format_cents
from pops.readonly_admin import ReadOnlyAdmin, html_table
from receipts.models import Receipt


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ["number", "received_on", "guarantor_name", "account_number", "status", "amount", "batch"]
    list_filter = ["status", "channel", "received_on"]
    list_select_related = ["batch"]
    search_fields = ["number", "guarantor_name", "account_number", "transactions__number"]
    search_help_text = "Receipt number, guarantor, account number or transaction number"
    fieldsets = [
        (None, {"fields": ["number", "status", "amount", "channel", "received_on", "received_at", "batch"]}),
        ("Guarantor", {"fields": ["guarantor", "guarantor_name", "account_number"]}),
        ("Money", {"fields": ["transactions_table", "postings_table", "escrow"]}),
    ]

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, receipt: Receipt) -> str:
        return format_cents(receipt.amount_cents)

    @admin.display(description="Transactions")
    def transactions_table(self, receipt: Receipt) -> SafeString:
        rows: list[list[object]] = [
            [row.number, row.get_method_display(), row.card, row.reason or "Processed", format_cents(row.amount_cents)]
            for row in receipt.transactions.all()
        ]
        return html_table(["Number", "Method", "Card", "Result", "Amount"], rows, empty="None.")

    @admin.display(description="Applied to")
    def postings_table(self, receipt: Receipt) -> SafeString:
        rows: list[list[object]] = [
            [row.service_id, row.service_date, row.description, row.patient_name, format_cents(row.amount_cents)]
            for row in receipt.postings.all()
        ]
        return html_table(["Service ID", "Date", "Service", "Patient", "Amount"], rows, empty="Nothing.")

    @admin.display(description="Escrow")
    def escrow(self, receipt: Receipt) -> str:
        return format_cents(receipt.escrow_cents)
