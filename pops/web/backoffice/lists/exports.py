"""Who exported what, for administrators."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from payments.reports.models import Export
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Each file of rows that was made: for whom, of what, with which filters, how many rows."""

    list_display = ["exported_at", "exported_by", "title", "format", "rows", "filters"]
    list_filter = ["source", "format", "exported_at"]
    list_select_related = ["exported_by"]
    search_fields = ["exported_by__name", "exported_by__email", "title"]
    search_help_text = "Who, or what"
    ordering = ["-pk"]
    fields = [
        "exported_at", "exported_by", "title", "format", "rows", "filters", "columns_shown", "question", "run_number",
        "schedule_number",
    ]  # fmt: skip

    @admin.display(description="Filters")
    def filters(self, export: Export) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ([sentence] for sentence in export.said))

    @admin.display(description="Columns")
    def columns_shown(self, export: Export) -> str:
        return ", ".join(export.columns)
