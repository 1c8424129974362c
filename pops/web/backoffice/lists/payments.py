from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from payments.models import Dispute, Payment, ProcessorEvent, Refund
from pops.core.money import format_cents
from pops.core.words import day
from pops.web.backoffice.lists.events import EMPTY, NOBODY
from pops.web.backoffice.lists.exporting import ExportsList
from pops.web.backoffice.lists.history import Change, KeepsHistory
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.searching import FindsPeople


class TitledAdmin(ReadOnlyAdmin):
    """Pages headed by what a person calls the object; its id, which nobody says, comes last as Reference."""

    def title_of(self, obj: Any) -> str:
        return str(obj)

    @admin.display(description="Reference")
    def reference(self, obj: Any) -> str:
        return str(obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        title = {"title": self.title_of(obj), "subtitle": None} if obj is not None else {}
        return super().change_view(request, object_id, form_url, {**title, **(extra_context or {})})


@admin.register(Payment)
class PaymentAdmin(ExportsList, FindsPeople, TitledAdmin, KeepsHistory):
    """Attempts to pay online, with what became of each."""

    list_display = ["started_at", "guarantor", "amount", "state", "receipt", "review_reason"]
    list_filter = ["state", "started_at"]
    list_select_related = ["guarantor", "receipt"]
    search_fields = ["=intent_id", "=parts__intent_id"]
    search_help_text = "PaymentIntent, guarantor, account number, phone or patient"
    change_form_template = "backoffice/lists/with_tools.html"
    batch_path = "receipt.batch_id"
    fieldsets = [
        (None, {"fields": ["guarantor", "amount", "received", "charges", "state", "receipt", "rest_of", "started_at"]}),
        ("Review", {"fields": ["review_reason", "reviewed_by", "reviewed_at", "review_note"]}),
        ("For looking it up", {"fields": ["session", "intent_id", "checked_at", "reference"]}),
    ]

    def title_of(self, obj: Payment) -> str:
        date = day(timezone.localdate(obj.started_at))
        return f"Payment of {format_cents(obj.amount_cents)} by {obj.guarantor.name}, {date}"

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, payment: Payment) -> str:
        return format_cents(payment.amount_cents)

    @admin.display(description="Received")
    def received(self, payment: Payment) -> str:
        """What the receipt is over: $19.00 instead of $9.00, where that is another amount."""
        return payment.difference or (format_cents(payment.receipt.amount_cents) if payment.receipt else "")

    def _all(self, obj: Any, sees: bool) -> list[Change]:
        """From its start to its receipt, and between them what a person had to decide."""
        paid = obj.receipt
        ends = [Change(paid.issued_at, NOBODY, paid.reason, f"Receipt {paid.pk} issued", [])] if paid else []
        agreed = [("Amount", EMPTY, format_cents(obj.amount_cents))]
        begins = Change(obj.started_at, str(obj.guarantor), "", "Started", agreed)
        return sorted([begins, *ends, *super()._all(obj, sees)], key=lambda change: change.at)[::-1]

    @admin.display(description="In parts")
    def charges(self, payment: Payment) -> SafeString:
        """Each charge of a split payment, with its PaymentIntent."""
        rows = ((format_cents(part.amount_cents), part.intent_id or "not made yet") for part in payment.parts.all())
        return format_html_join(mark_safe("<br>"), "{} ({})", rows)


@admin.register(Refund)
class RefundAdmin(ExportsList, FindsPeople, TitledAdmin):
    """Refunds to a card, on their way or done."""

    list_display = ["requested_at", "receipt", "amount", "state", "requested_by", "reason", "note"]
    list_filter = ["state", "requested_at"]
    list_select_related = ["receipt", "requested_by", "refund_receipt"]
    search_fields = ["=stripe_id", "=charge_id", "=receipt__number"]
    search_help_text = "Receipt number, guarantor, account number, phone, patient, or the refund or charge at Stripe"
    person = "receipt__guarantor"
    change_form_template = "backoffice/lists/with_tools.html"
    batch_path = "refund_receipt.batch_id"
    fieldsets = [
        (None, {"fields": ["receipt", "amount", "state", "voids", "reason", "requested_by", "requested_at"]}),
        ("What became of it", {"fields": ["refund_receipt", "came_back_receipt", "note"]}),
        ("Review", {"fields": ["reviewed_by", "reviewed_at", "review_note"]}),
        ("For looking it up", {"fields": ["stripe_id", "charge_id", "checked_at", "reference"]}),
    ]

    def title_of(self, obj: Refund) -> str:
        return f"Refund of {format_cents(obj.amount_cents)} on receipt {obj.receipt_id}"

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, refund: Refund) -> str:
        return format_cents(refund.amount_cents)


class DisputeStateFilter(admin.SimpleListFilter):
    """How a dispute stands, in a clerk's words."""

    title = "state"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(state, capfirst(words)) for state, words in Dispute.STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Dispute)
class DisputeAdmin(FindsPeople, TitledAdmin):
    """Payments that a cardholder disputes."""

    list_display = ["opened_at", "receipt", "amount", "why", "state", "answered_by"]
    list_filter = [DisputeStateFilter]
    list_select_related = ["receipt"]
    search_fields = ["=stripe_id", "=receipt__number"]
    search_help_text = "Receipt number, guarantor, account number, phone, patient, or the dispute at Stripe"
    person = "receipt__guarantor"
    fields = ["receipt", "amount", "why", "state", "opened_at", "answered_by", "returned_receipt", "reference"]

    @admin.display(description="Why", ordering="reason")
    def why(self, dispute: Dispute) -> str:
        return capfirst(dispute.reason_words)

    @admin.display(description="State", ordering="status")
    def state(self, dispute: Dispute) -> str:
        return capfirst(dispute.state_words)

    @admin.display(description="Stripe takes evidence until", ordering="due_by")
    def answered_by(self, dispute: Dispute) -> str:
        return day(timezone.localtime(dispute.due_by)) if dispute.due_by and not dispute.is_decided else "-"

    @admin.display(description="Amount", ordering="amount_cents")
    def amount(self, dispute: Dispute) -> str:
        return format_cents(dispute.amount_cents)


@admin.register(ProcessorEvent)
class ProcessorEventAdmin(TitledAdmin):
    """What Stripe told us, and what came of it."""

    list_display = ["received_at", "type", "object_id", "state", "failures", "note"]
    list_filter = ["state", "type"]
    search_fields = ["=event_id", "=object_id"]
    fields = [
        "type",
        "state",
        "failures",
        "note",
        "created_at",
        "received_at",
        "claimed_at",
        "object_id",
        "account",
        "reference",
    ]

    def title_of(self, obj: ProcessorEvent) -> str:
        return f"Message from Stripe: {obj.type}"
