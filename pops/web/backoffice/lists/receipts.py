from typing import Any

from django.contrib import admin
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.blind import hidden_batches
from payments.models import Payment
from payments.splitting import NamedPart, name_parts
from pops.core.accounts.confidential import sees_confidential
from pops.core.accounts.models import Guarantor
from pops.core.money import format_cents
from pops.web.backoffice.lists.batches import NOT_COUNTED
from pops.web.backoffice.lists.exporting import ExportsList
from pops.web.backoffice.lists.filters import DaysFilter, FacilityFilter, KindFilter, MethodFilter, UserFilter
from pops.web.backoffice.lists.long import LongList, LongPaginator
from pops.web.backoffice.lists.messages import render_messages
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.searching import find_by_what_is_written, find_people
from receipts.balances import find_overpaid_lines, get_receipt_balance
from receipts.copays import find_shown_copay
from receipts.hiding import find_postings
from receipts.models import MoneyReturn, Receipt
from receipts.notices import mails_about
from receipts.selectors import find_sharing_check
from receipts.wording import STANDINGS

GUARANTORS_SEARCHED = 500
SEARCHED = 1_000


@admin.register(Receipt)
class ReceiptAdmin(ExportsList, ReadOnlyAdmin):
    """The list of receipts, and a receipt with all that became of it."""

    list_display = ["number", "received_on", "guarantor_name", "amount", "state", "account_number", "of_batch"]
    list_filter = [KindFilter, MethodFilter, UserFilter, FacilityFilter, "channel", "received_on", DaysFilter]
    list_select_related = ["batch__user", "void"]
    search_fields = ["number"]
    search_help_text = (
        "Receipt, check, transaction or PaymentIntent; amount such as 19.00; last four of a card; "
        "guarantor, email, account number, phone or patient"
    )
    ordering = ["-received_on", "-received_at", "-number"]
    sortable_by = ["number"]
    paginator = LongPaginator
    paged = LongList
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "backoffice/receipt.html"
    batch_path = "batch_id"
    fields = ["number"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Receipt], search_term: str
    ) -> tuple[QuerySet[Receipt], bool]:
        """By what stands on it, or by the guarantor: each way is an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        guarantors = set(find_people(request, term, limit=GUARANTORS_SEARCHED))
        if "@" in term:
            guarantors |= set(Guarantor.objects.filter(email__iexact=term).values_list("pk", flat=True)[:SEARCHED])
        hidden = hidden_batches(request.user).values_list("pk", flat=True)
        written = find_by_what_is_written(term, hidden_batches=hidden)
        return queryset.filter(Q(pk__in=written) | Q(guarantor__in=guarantors)), False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """The numbers of a batch lead here."""
        ours = ("batch__id__exact", "postings__batch__id__exact", "disbursements__batch__id__exact")
        money = ("transactions__method__exact", "transactions__card_brand__exact")
        return lookup in (*ours, *money, "guarantor__id__exact") or super().lookup_allowed(lookup, value, request)

    @admin.display(description="Status")
    def state(self, receipt: Receipt) -> SafeString:
        verdict = STANDINGS[receipt.standing].verdict
        return format_html('<span class="tag tag-{}">{}</span>', receipt.standing.value, verdict)

    @admin.display(description="Batch")
    def of_batch(self, receipt: Receipt) -> str:
        return receipt.batch.title

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, receipt: Receipt) -> SafeString:
        if receipt.is_uncounted:  # type: ignore[attr-defined]
            return format_html('<span class="quiet">{}</span>', NOT_COUNTED)
        css = " struck" if hasattr(receipt, "void") else ""
        return format_html('<span class="money{}">{}</span>', css, format_cents(receipt.amount_cents))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        receipt = self.get_object(request, object_id)
        told = {} if receipt is None else self._tell(request, receipt)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **told})

    def _tell(self, request: HttpRequest, receipt: Receipt) -> dict[str, Any]:
        """What the page of a receipt shows besides its own fields."""
        return {
            "title": str(receipt),
            "subtitle": None,
            "verdict": STANDINGS[receipt.standing].verdict,
            "balance": None if receipt.is_money_out else get_receipt_balance(receipt),
            "overpaid_cents": sum(find_overpaid_lines(receipt).values()),
            "refunds": receipt.refunds.select_related("void").order_by("pk"),
            "money_return": MoneyReturn.objects.filter(receipt=receipt).first(),
            "postings": find_postings(request.user, receipt.postings.select_related("posted_by").order_by("pk")),
            "sharing_check": find_sharing_check(receipt),
            "emails": render_messages(mails_about(receipt)),
            "parts": _parts_of(receipt, request),
            "copay": find_shown_copay(receipt, user=request.user),
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        """Those whose amounts this user must not see yet are marked: the list shows none of them."""
        uncounted = Case(When(batch__in=hidden_batches(request.user), then=True), default=False)
        rows = (
            super()
            .get_queryset(request)
            .select_related("void", "batch__user", "issued_by", "refund_of", "cash_tendered")
        )
        return rows.annotate(is_uncounted=uncounted)


def _parts_of(receipt: Receipt, request: HttpRequest) -> list[NamedPart]:
    """Whom each charge of a split payment is for."""
    payment = Payment.objects.filter(receipt=receipt).first() if receipt.is_online_payment else None
    return name_parts(payment, sees_confidential=sees_confidential(request.user)) if payment else []
