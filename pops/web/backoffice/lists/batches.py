from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from batches.blind import hides_amounts
from batches.breakdown import find_requested_not_processed, get_breakdown
from batches.models import DrawerMovement, LateAttachment, PeriodLock, ReferenceBatch
from batches.selectors import batches_with_totals, find_closes, find_counts, get_sum, is_locked
from payments.reports.tables import Kind
from pops.core.access.models import User
from pops.core.money import format_cents
from pops.web.backoffice.lists.exporting import ExportsList
from pops.web.backoffice.lists.history import KeepsHistory
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.searching import FindsPeople

DECLINED_SHOWN = 20
NOT_COUNTED = "after the count"


@admin.register(ReferenceBatch)
class ReferenceBatchAdmin(ExportsList, FindsPeople, ReadOnlyAdmin, KeepsHistory):
    """The list of batches, and a batch with its whole breakdown. What changes them are the desk's own pages."""

    list_display = ["batch_date", "description", "user", "which", "state", "total", "difference"]
    list_display_links = ["batch_date", "description"]
    list_filter = ["status", "is_api", "batch_date"]
    list_select_related = ["user"]
    search_fields = ["description"]
    search_help_text = "Description or user"
    person, finds_users = "user", True
    list_per_page = 50
    batch_path = "pk"
    exported = {
        "which": (Kind.NUMBER, lambda batch: batch.supplement),
        "total": (Kind.CENTS, lambda batch: batch.total_cents),
        "difference": (Kind.CENTS, lambda batch: _difference(batch)),
    }
    show_facets = admin.ShowFacets.NEVER
    fields = ["description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferenceBatch]:
        """With totals for the list. A batch's own page sums it once, by its breakdown."""
        is_list = request.resolver_match is not None and str(request.resolver_match.url_name).endswith("_changelist")
        return batches_with_totals(by=request.user) if is_list else self._one(request)

    def _one(self, request: HttpRequest) -> QuerySet[ReferenceBatch]:
        """For a batch's own page."""
        moved = Prefetch("drawer_movements", DrawerMovement.objects.select_related("made_by"))
        rows = super().get_queryset(request).select_related("user", "facility", "deposited__deposit")
        late = LateAttachment.objects.filter(batch=OuterRef("pk"))
        return rows.annotate(is_late=Exists(late)).prefetch_related(moved)

    @admin.display(description="Supplement", ordering="supplement")
    def which(self, batch: ReferenceBatch) -> str:
        """The first batch of a day is no supplement."""
        return str(batch.supplement) if batch.supplement > 1 else ""

    @admin.display(description="Status", ordering="status")
    def state(self, batch: ReferenceBatch) -> SafeString:
        return format_html('<span class="tag tag-{}">{}</span>', batch.status, batch.get_status_display())

    @admin.display(description="Total")
    def total(self, batch: ReferenceBatch) -> SafeString:
        """What was stored at close, or what is in the open batch now."""
        if batch.total_cents is None:
            return format_html('<span class="quiet">{}</span>', NOT_COUNTED)
        return format_html('<span class="money">{}</span>', format_cents(batch.total_cents))

    @admin.display(description="Difference")
    def difference(self, batch: ReferenceBatch) -> SafeString:
        """Flagged unless it is zero; and by how much a reference total is off that was closed over."""
        if batch.total_cents is None:
            return format_html('<span class="quiet">{}</span>', NOT_COUNTED)
        cents = _difference(batch)
        if cents is None:
            return format_html('<span class="quiet">{}</span>', "none known")
        rows = [(" off" if cents else "", format_cents(cents))]
        if off := _reference_off(batch):
            rows.append((" off", f"reference off by {format_cents(off)}"))
        return format_html_join(" ", '<span class="money{}">{}</span>', rows)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The batch's own page. There is no form on it, so Django's, which takes longer than all sums, is left out."""
        batch = self.get_object(request, object_id)
        if batch is None or request.method != "GET" or not self.has_view_permission(request, batch):
            return super().change_view(request, object_id, form_url, extra_context)
        context = {**self.admin_site.each_context(request), **batch_context(batch, by=request.user), "opts": self.opts}
        return TemplateResponse(request, "backoffice/batch.html", context)


def _difference(batch: ReferenceBatch) -> int | None:
    """Over or short at the close; before it, total less the reference total. None where none is known."""
    cents = batch.over_short_cents if not batch.is_open else None
    if cents is None and batch.reference_total_cents is not None and batch.total_cents is not None:
        cents = batch.total_cents - batch.reference_total_cents
    return cents


def _reference_off(batch: ReferenceBatch) -> int:
    """Total less the reference total of a batch that was closed; before that it is the difference itself."""
    if batch.is_open or batch.reference_total_cents is None or batch.total_cents is None:
        return 0
    return batch.total_cents - batch.reference_total_cents


def batch_context(batch: ReferenceBatch, *, by: User | AnonymousUser) -> dict[str, Any]:
    """What a batch's page shows, amounts in cents."""
    breakdown, reference = get_breakdown(batch), batch.reference_total_cents
    total = breakdown.total_cents if batch.closed_total_cents is None else batch.closed_total_cents
    return {
        "title": batch.title,
        "original": batch,
        "is_blind": hides_amounts(batch, by=by),
        "breakdown": breakdown,
        "total_cents": total,
        "receipt_count": get_sum(batch)[1] if batch.is_open else batch.closed_receipt_count,
        "off_by_cents": None if reference is None else total - reference,
        "declined": find_requested_not_processed(batch, limit=DECLINED_SHOWN) if breakdown.declined else [],
        "is_locked": is_locked(batch.batch_date),
        **_story(batch),
    }


def _story(batch: ReferenceBatch) -> dict[str, Any]:
    """How it was counted, closed and reopened, and what moved in its drawer."""
    closes = find_closes(batch)
    return {
        "closes": closes,
        "counts": find_counts(batch),
        "movements": batch.drawer_movements.all(),
        "reopenings": batch.reopenings.select_related("reopened_by").order_by("pk") if closes else [],
    }


@admin.register(PeriodLock)
class PeriodLockAdmin(ReadOnlyAdmin):
    """The month-end locks: which days, by whom."""

    list_display = ["locked_through", "locked_by", "locked_at", "note"]
    list_select_related = ["locked_by"]
