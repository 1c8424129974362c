from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.models import ReferenceBatch
from batches.selectors import find_requested_not_processed, find_totals_by_method, get_sum
from pops.money import format_cents
from pops.readonly_admin import ReadOnlyAdmin, html_table


@admin.register(ReferenceBatch)
class ReferenceBatchAdmin(ReadOnlyAdmin):
    list_display = ["batch_date", "description", "user", "supplement", "status", "total"]
    list_display_links = ["batch_date", "description"]
    list_filter = ["status", "batch_date"]
    list_select_related = ["user"]
    date_hierarchy = "batch_date"
    search_fields = ["description"]
    fieldsets = [
        (None, {"fields": ["description", "user", "batch_date", "supplement", "status", "facility", "note"]}),
        ("Receipts", {"fields": ["total", "receipt_link", "totals_by_method", "requested_not_processed"]}),
        ("Closed", {"fields": ["opened_at", "closed_at", "closed_by"]}),
    ]

    @admin.display(description="Total")
    def total(self, batch: ReferenceBatch) -> str:
        """What was stored at close, or what is in the open batch now."""
        cents = get_sum(batch)[0] if batch.closed_total_cents is None else batch.closed_total_cents
        return format_cents(cents)

    @admin.display(description="Receipts")
    def receipt_link(self, batch: ReferenceBatch) -> SafeString:
        url = reverse("admin:receipts_receipt_changelist", query={"batch__id__exact": batch.pk})
        return format_html('<a href="{}">Show the receipts of this batch</a>', url)

    @admin.display(description="Totals by method")
    def totals_by_method(self, batch: ReferenceBatch) -> SafeString:
        rows: list[list[object]] = [
            [total.label, total.count, format_cents(total.amount_cents)] for total in find_totals_by_method(batch)
        ]
        return html_table(["Method", "Transactions", "Amount"], rows, empty="No money was received yet.")

    @admin.display(description="Requested, not processed")
    def requested_not_processed(self, batch: ReferenceBatch) -> SafeString:
        rows: list[list[object]] = [
            [row.receipt_number, row.guarantor_name, row.reason, format_cents(row.requested_cents)]
            for row in find_requested_not_processed(batch)
        ]
        return html_table(["Receipt", "Guarantor", "Why not", "Requested (in no total)"], rows, empty="None.")
