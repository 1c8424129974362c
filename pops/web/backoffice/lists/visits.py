"""Visits with their services, and statements: entered and corrected by hand, or brought by import."""

from typing import Any

from django.contrib import admin
from django.db.models import DateField, DateTimeField, QuerySet
from django.http import HttpRequest

from pops.core.accounts.entering import next_number
from pops.core.accounts.models import Appointment, Encounter, Patient, ServiceLine, Statement
from pops.core.money import format_cents
from pops.core.practice.models import Facility, Provider
from pops.core.practice.selectors import find_offered
from pops.core.words import day
from pops.web.backoffice.fields import DATE_INPUT, MomentField, MoneyField
from pops.web.backoffice.lists.brought import MarksTheSystems
from pops.web.backoffice.lists.hiding import HidesConfidential
from pops.web.backoffice.lists.history import KeepsHistory
from pops.web.backoffice.lists.long import CappedPaginator
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.rows import NamedRows, name_it
from pops.web.backoffice.lists.searching import FindsPeople
from pops.web.backoffice.lists.stale import AsShownForm
from receipts.copays import nudge_on_commit

REQUIRED = {"billed_cents"}


class ServiceLineForm(AsShownForm):
    """A service as the desk types it: dollars and cents, empty for nothing."""

    class Meta:
        model = ServiceLine
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {name: 0 if name.endswith("_cents") and value is None else value for name, value in data.items()}


class ServiceLineInline(NamedRows):
    """What a visit is billed with. A service entered by mistake is corrected to nothing billed; it is never deleted."""

    model = ServiceLine
    form = ServiceLineForm
    named = ["line_number", "service_date", "description", "procedure_code", "responsibility_date"]
    cents = ["billed_cents", "adjusted_cents", "insurance_pending_cents", "insurance_paid_cents"]
    readonly_fields = ["billed", "adjusted", "insurance_pending", "insurance_paid"]
    formfield_overrides = {DateField: {"widget": DATE_INPUT}}

    def get_fields(self, request: HttpRequest, obj: Encounter | None = None) -> Any:
        """Amounts to type in, or to read for who may not."""
        types = self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request, obj))
        return [*self.named, *(self.cents if types else self.readonly_fields)]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """Cents are typed as dollars."""
        if not db_field.name.endswith("_cents"):
            return super().formfield_for_dbfield(db_field, request, **more)
        label = str(db_field.verbose_name).removesuffix(" cents").capitalize()
        return name_it(MoneyField(label=label, min_cents=0, required=db_field.name in REQUIRED))

    @admin.display(description="Billed")
    def billed(self, line: ServiceLine) -> str:
        return format_cents(line.billed_cents)

    @admin.display(description="Adjusted")
    def adjusted(self, line: ServiceLine) -> str:
        return format_cents(line.adjusted_cents)

    @admin.display(description="Insurance pending")
    def insurance_pending(self, line: ServiceLine) -> str:
        return format_cents(line.insurance_pending_cents)

    @admin.display(description="Insurance paid")
    def insurance_paid(self, line: ServiceLine) -> str:
        return format_cents(line.insurance_paid_cents)


class OffersPlaces(admin.ModelAdmin):
    """Forms that choose where and by whom: retired facilities and providers are not offered, but kept."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        fields: dict[str, Any] = form.base_fields
        for name, field in fields.items():
            places = getattr(field, "queryset", None)
            if places is not None and places.model in (Facility, Provider):
                field.queryset = find_offered(places, keep=getattr(obj, f"{name}_id", None))
        return form


@admin.register(Encounter)
class EncounterAdmin(MarksTheSystems, OffersPlaces, HidesConfidential, FindsPeople, KeepsHistory):
    """Visits: where money is owed for what was done."""

    list_display = ["number", "patient", "guarantor", "provider", "facility", "state"]
    list_filter = ["facility", "in_collections", "is_retired"]
    linked = ["patient__guarantor"]
    list_select_related = ["patient__guarantor", "provider", "facility"]
    search_fields = ["number"]
    search_help_text = "Visit number, patient or guarantor"
    person = "patient__guarantor"
    show_full_result_count = False
    paginator = CappedPaginator
    ordering = ["-number"]
    change_form_template = "backoffice/visit.html"
    raw_id_fields = ["patient"]
    inlines = [ServiceLineInline]
    parts = ["lines"]
    of_the_system = ("patient", "provider", "facility", "in_collections", "billing_provider", "referring_provider")
    fieldsets = [
        (None, {"fields": ["number", "patient", "provider", "facility", "in_collections", "is_confidential"]}),
        ("For reports", {"fields": ["billing_provider", "referring_provider"]}),
        ("This change", {"fields": ["why"]}),
    ]

    @admin.display(description="State")
    def state(self, visit: Encounter) -> str:
        states = {
            "Retired": visit.is_retired, "In collections": visit.in_collections, "Confidential": visit.is_hidden
        }  # fmt: skip
        return ", ".join(state for state, is_so in states.items() if is_so)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Copays that waited for these services are applied to them."""
        super().save_related(request, form, formsets, change)
        nudge_on_commit()

    @admin.display(description="Guarantor")
    def guarantor(self, visit: Encounter) -> str:
        return str(visit.patient.guarantor)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Encounter], search_term: str
    ) -> tuple[QuerySet[Encounter], bool]:
        """A visit by its number alone, where there is one; else by people."""
        term = search_term.strip()
        if term.isdecimal() and queryset.filter(number=int(term)).exists():
            return queryset.filter(number=int(term)), False
        return self.of_people(request, queryset, term) if term else queryset, False


@admin.register(Patient)
class PatientAdmin(MarksTheSystems, HidesConfidential, FindsPeople, KeepsHistory):
    """Patients, and who answers for them."""

    list_display = ["name", "birth_date", "guarantor", "state"]
    list_select_related = ["guarantor"]
    search_fields = ["number__exact"]
    search_help_text = "Patient or guarantor"
    show_full_result_count = False
    paginator = CappedPaginator
    ordering = ["name", "pk"]
    change_form_template = "backoffice/patient.html"
    raw_id_fields = ["guarantor"]
    of_the_system = ("name", "birth_date", "guarantor")
    fieldsets = [
        (None, {"fields": ["name", "birth_date", "guarantor", "is_confidential"]}),
        ("This change", {"fields": ["why"]}),
    ]
    formfield_overrides = {DateField: {"widget": DATE_INPUT}}

    @admin.display(description="State")
    def state(self, patient: Patient) -> str:
        states = {"Retired": patient.is_retired, "Confidential": patient.is_hidden}
        return ", ".join(state for state, is_so in states.items() if is_so)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """A retired patient is offered for nothing new."""
        if "_popup" in request.GET:
            queryset = queryset.filter(is_retired=False)
        return super().get_search_results(request, queryset, search_term)


@admin.register(Appointment)
class AppointmentAdmin(MarksTheSystems, OffersPlaces, HidesConfidential, FindsPeople, KeepsHistory):
    """Times agreed: brought by import, or entered here until the practice's own system tells of them."""

    list_display = ["starts_at", "patient", "provider", "facility", "status"]
    list_filter = ["status", "facility", "starts_at"]
    list_select_related = ["patient", "provider", "facility"]
    search_fields = ["number__exact"]
    search_help_text = "Appointment number, patient or guarantor"
    person = "patient__guarantor"
    show_full_result_count = False
    paginator = CappedPaginator
    ordering = ["-starts_at", "-pk"]
    raw_id_fields = ["patient"]
    readonly_fields = ["number"]
    of_the_system = ("patient", "starts_at", "minutes", "provider", "facility", "visit_type", "status")
    formfield_overrides = {DateTimeField: {"form_class": MomentField}}
    fieldsets = [
        (None, {"fields": ["patient", "starts_at", "minutes", "provider", "facility", "visit_type", "status"]}),
        (None, {"fields": ["is_confidential", "number"]}),
        ("This change", {"fields": ["why"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        obj.number = obj.number or next_number()
        super().save_model(request, obj, form, change)


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Statements. One is entered from its guarantor's page."""

    list_display = ["date", "guarantor", "due", "balance"]
    list_select_related = ["guarantor"]
    paginator = CappedPaginator
    ordering = ["-statement_date", "-pk"]
    fields = ["guarantor", "date", "due", "balance"]

    @admin.display(description="Due")
    def due(self, statement: Statement) -> str:
        return day(statement.due_on)

    @admin.display(description="Date", ordering="statement_date")
    def date(self, statement: Statement) -> str:
        return day(statement.statement_date)

    @admin.display(description="Balance", ordering="balance_cents")
    def balance(self, statement: Statement) -> str:
        return format_cents(statement.balance_cents)
