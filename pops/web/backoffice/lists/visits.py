"""Visits with their services, and statements: entered and corrected by hand, or brought by import."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import DateField, QuerySet
from django.http import HttpRequest

from pops.core.accounts.models import Encounter, Patient, ServiceLine, Statement
from pops.core.accounts.search import find_guarantor_ids
from pops.core.money import format_cents
from pops.core.words import day
from pops.web.backoffice.fields import DATE_INPUT, MoneyField
from pops.web.backoffice.lists.history import KeepsHistory
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.receipts import CappedPaginator

SEARCH_LIMIT = 1000
REQUIRED = {"billed_cents"}


class ServiceLineForm(forms.ModelForm):
    """A service as the desk types it: dollars and cents, empty for nothing."""

    class Meta:
        model = ServiceLine
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {name: 0 if name.endswith("_cents") and value is None else value for name, value in data.items()}


class ServiceLineInline(admin.TabularInline):
    """What a visit is billed with. A service entered by mistake is corrected to nothing billed; it is never deleted."""

    model = ServiceLine
    form = ServiceLineForm
    fields = [
        "line_number", "service_date", "description", "procedure_code",
        "billed_cents", "adjusted_cents", "insurance_pending_cents", "insurance_paid_cents",
    ]  # fmt: skip
    extra = 0
    min_num = 1
    validate_min = True
    can_delete = False
    formfield_overrides = {DateField: {"widget": DATE_INPUT}}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """Cents are typed as dollars."""
        if not db_field.name.endswith("_cents"):
            return super().formfield_for_dbfield(db_field, request, **more)
        label = str(db_field.verbose_name).removesuffix(" cents").capitalize()
        return MoneyField(label=label, min_cents=0, required=db_field.name in REQUIRED)


@admin.register(Encounter)
class EncounterAdmin(KeepsHistory):
    """Visits: where money is owed for what was done."""

    list_display = ["number", "patient", "guarantor", "provider", "facility", "state"]
    list_filter = ["facility", "in_collections", "is_retired"]
    list_select_related = ["patient__guarantor", "provider", "facility"]
    search_fields = ["number"]
    search_help_text = "Visit number, patient or guarantor"
    show_full_result_count = False
    paginator = CappedPaginator
    ordering = ["-number"]
    change_form_template = "backoffice/visit.html"
    autocomplete_fields = ["patient"]
    inlines = [ServiceLineInline]
    parts = ["lines"]
    fieldsets = [
        (None, {"fields": ["number", "patient", "provider", "facility", "in_collections"]}),
        ("This change", {"fields": ["why"]}),
    ]

    @admin.display(description="State")
    def state(self, visit: Encounter) -> str:
        return "Retired" if visit.is_retired else "In collections" if visit.in_collections else ""

    @admin.display(description="Guarantor")
    def guarantor(self, visit: Encounter) -> str:
        return str(visit.patient.guarantor)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Encounter], search_term: str
    ) -> tuple[QuerySet[Encounter], bool]:
        """A visit by its number; a person's by the words that find them at the desk."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isdecimal() and queryset.filter(number=int(term)).exists():
            return queryset.filter(number=int(term)), False
        return queryset.filter(patient__guarantor__in=find_guarantor_ids(term, limit=SEARCH_LIMIT)), False


@admin.register(Patient)
class PatientAdmin(KeepsHistory):
    """Patients, and who answers for them."""

    list_display = ["name", "birth_date", "guarantor", "state"]
    list_select_related = ["guarantor"]
    search_fields = ["name"]
    search_help_text = "Patient or guarantor"
    show_full_result_count = False
    paginator = CappedPaginator
    ordering = ["name", "pk"]
    change_form_template = "backoffice/patient.html"
    autocomplete_fields = ["guarantor"]
    fieldsets = [(None, {"fields": ["name", "birth_date", "guarantor"]}), ("This change", {"fields": ["why"]})]
    formfield_overrides = {DateField: {"widget": DATE_INPUT}}

    @admin.display(description="State")
    def state(self, patient: Patient) -> str:
        return "Retired" if patient.is_retired else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """By the words that find a person at the desk. A retired patient is offered for nothing new."""
        if "autocomplete" in request.path:
            queryset = queryset.filter(is_retired=False)
        if not search_term.strip():
            return queryset, False
        return queryset.filter(guarantor__in=find_guarantor_ids(search_term, limit=SEARCH_LIMIT)), False


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Statements. One is entered from its guarantor's page."""

    list_display = ["date", "guarantor", "balance"]
    list_select_related = ["guarantor"]
    paginator = CappedPaginator
    ordering = ["-statement_date", "-pk"]
    fields = ["guarantor", "date", "balance"]

    @admin.display(description="Date", ordering="statement_date")
    def date(self, statement: Statement) -> str:
        return day(statement.statement_date)

    @admin.display(description="Balance", ordering="balance_cents")
    def balance(self, statement: Statement) -> str:
        return format_cents(statement.balance_cents)
