from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from batches.models import Deposit
from pops.core.money import format_cents
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from receipts.documents.deposits import get_deposit_slip


@admin.register(Deposit)
class DepositAdmin(ReadOnlyAdmin):
    """What went to the bank, and a deposit with its batches."""

    list_display = ["deposited_on", "bank", "bag_number", "cash", "checks", "total", "made_by"]
    list_filter = ["deposited_on"]
    list_select_related = ["made_by"]
    search_fields = ["=bag_number", "bank"]
    search_help_text = "Bag number or bank"
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    fields = ["bank"]

    @admin.display(description="Cash", ordering="cash_cents")
    def cash(self, deposit: Deposit) -> str:
        return format_cents(deposit.cash_cents)

    @admin.display(description="Checks", ordering="check_cents")
    def checks(self, deposit: Deposit) -> str:
        return format_cents(deposit.check_cents)

    @admin.display(description="Total")
    def total(self, deposit: Deposit) -> str:
        return format_cents(deposit.total_cents)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The deposit's own page: its slip, and its files."""
        deposit = self.get_object(request, object_id)
        if deposit is None or request.method != "GET" or not self.has_view_permission(request, deposit):
            return super().change_view(request, object_id, form_url, extra_context)
        context = {"title": str(deposit), "deposit": deposit, "slip": get_deposit_slip(deposit), "opts": self.opts}
        return TemplateResponse(
            request, "backoffice/deposit.html", {**self.admin_site.each_context(request), **context}
        )
