"""Sessions of the portal: how each began, why it ended and what was paid in it. Guarantors are named by ID alone."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from payments.outcomes import Outcome, with_outcome
from pops.core.money import format_cents
from pops.core.words import day
from pops.sessions.models import PortalSession
from pops.web.backoffice.lists.long import CappedPaginator
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin, html_table
from pops.web.backoffice.lists.searching import FindsPeople


class OpenFilter(admin.SimpleListFilter):
    """Those that staff could end."""

    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Open now"), ("no", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PortalSession]) -> QuerySet[PortalSession]:
        return queryset.filter(ended_at__isnull=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class OutcomeFilter(admin.SimpleListFilter):
    """What came of the payments in it."""

    title = "payment"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Outcome.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(outcome=self.value()) if self.value() in Outcome.values else queryset


@admin.register(PortalSession)
class PortalSessionAdmin(FindsPeople, ReadOnlyAdmin):
    """The list, and a session with its payments."""

    list_display = ["started_at", "account", "group", "origin", "authentication", "ended", "payment"]
    list_filter = ["started_at", OpenFilter, "group", "origin", "authentication", "why_ended", OutcomeFilter]
    list_select_related = ["guarantor", "group"]
    linked = ["guarantor"]
    paginator = CappedPaginator
    search_fields = ["=guarantor__account_number"]
    search_help_text = "Guarantor, account number, phone or patient"
    ordering = ["-started_at", "-pk"]
    sortable_by = ["started_at"]
    change_form_template = "backoffice/lists/with_tools.html"
    fieldsets = [
        (None, {"fields": ["account", "group", "origin", "authentication"]}),
        ("Mirror", {"fields": ["by", "reason"]}),
        ("From when to when", {"fields": ["started_at", "ended_at", "why_ended", "ended_by"]}),
        ("Payments in it", {"fields": ["payments_table"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PortalSession]:
        return with_outcome(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Its payments are there for who may see payments; who looked, of a mirror."""
        unfit = {"Mirror"} if obj is None or not obj.is_mirror else {"Payments in it"}
        if not request.user.has_perm("payments.view_payment"):
            unfit.add("Payments in it")
        return [one for one in super().get_fieldsets(request, obj) if one[0] not in unfit]

    @admin.display(description="Guarantor ID")
    def account(self, session: PortalSession) -> SafeString:
        page = reverse("admin:accounts_guarantor_change", args=[session.guarantor_id])
        return format_html('<a href="{}">{}</a>', page, session.guarantor.account_number)

    @admin.display(description="Ended")
    def ended(self, session: PortalSession) -> str:
        return session.get_why_ended_display() or "Open"

    @admin.display(description="Payment")
    def payment(self, session: Any) -> str:
        return str(Outcome(session.outcome).label)

    @admin.display(description="Payments")
    def payments_table(self, session: PortalSession) -> SafeString:
        rows: list[list[object]] = [
            [
                format_html(
                    '<a href="{}">{}</a>',
                    reverse("admin:payments_payment_change", args=[payment.pk]),
                    day(localtime(payment.started_at)),
                ),
                payment.get_state_display(),
                format_cents(payment.amount_cents),
            ]
            for payment in session.payments.order_by("started_at")
        ]
        return html_table(["Started", "State", "Amount"], rows, empty="Nothing was paid in this session.")
