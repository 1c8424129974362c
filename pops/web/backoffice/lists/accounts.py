from typing import Any

from django.contrib import admin
from django.db.models import DateField, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from pops.core.accounts.confidential import shown_to
from pops.core.accounts.entering import next_number
from pops.core.accounts.models import Guarantor, GuarantorMerge, Patient
from pops.core.accounts.walk_ins import find_usual_group
from pops.core.money import format_cents
from pops.core.words import day
from pops.logins.linking import create_guarantor_login
from pops.logins.models import AccountLogin
from pops.sessions.models import PortalSession
from pops.web.backoffice.fields import DATE_INPUT
from pops.web.backoffice.lists.brought import MarksTheSystems
from pops.web.backoffice.lists.exporting import ExportsList
from pops.web.backoffice.lists.history import KeepsHistory
from pops.web.backoffice.lists.messages import render_messages, render_notices
from pops.web.backoffice.lists.people import render_contact, render_people
from pops.web.backoffice.lists.quickpay import render_links
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin, html_table
from pops.web.backoffice.lists.rows import NamedRows
from pops.web.backoffice.lists.searching import FindsPeople
from receipts.notices import receipt_messages
from receipts.owed import get_balances, get_credit

EMAILS_SHOWN = 20
LINK_EVENT = AccountLogin.pgh_event_model  # type: ignore[attr-defined]  # made by pghistory
MIRROR_EVENT = PortalSession.pgh_event_model  # type: ignore[attr-defined]


class NewPatientInline(NamedRows):
    """The patients that a new guarantor comes with."""

    model = Patient
    fields = ["name", "birth_date"]
    formfield_overrides = {DateField: {"widget": DATE_INPUT}}


class PatientInline(admin.TabularInline):
    """The patients of a guarantor, on their page."""

    model = Patient
    template = "backoffice/lists/patients.html"
    fields = ["name", "birth_date"]
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        return shown_to(request.user, super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest, obj: Guarantor | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Guarantor | None = None) -> bool:
        return False


@admin.register(Guarantor)
class GuarantorAdmin(MarksTheSystems, ExportsList, FindsPeople, ReadOnlyAdmin, KeepsHistory):
    """Guarantors, and what became of their money."""

    list_display = ["account_number", "name", "email", "phone", "group"]
    list_select_related = ["group"]
    change_form_template = "backoffice/guarantor.html"
    search_fields = ["name"]
    search_help_text = "Name, account number, phone, email or patient"
    person = "pk"
    show_full_result_count = False
    of_the_system = ("name", "group")
    inlines = [PatientInline]
    related_events = [
        (LINK_EVENT, "guarantor_id", "user", "Opened by"),
        (MIRROR_EVENT, "guarantor_id", "by", "Seen in a mirror by"),
    ]
    add_fieldsets = [(None, {"fields": ["name", "email", "email_opt_out", "phone", "group", "account_number"]})]
    fieldsets = [
        (None, {"fields": ["account_number", "name", "email", "email_opt_out", "phone", "group"]}),
        ("Profile, by the guarantor", {"fields": ["preferred_name", "notices", "language", "contact"]}),
        ("Who signs in", {"fields": ["people"]}),
        ("Balances", {"fields": ["current_balance", "amount_due", "credit", "collections", "mirror"]}),
        ("Balance notices", {"fields": ["notices_table"]}),
        ("Receipts by email", {"fields": ["emails_table"]}),
        ("QuickPay", {"fields": ["links_table"]}),
        ("Merged accounts", {"fields": ["merges_table"]}),
        ("This change", {"fields": ["why"]}),
    ]
    # By the address they sign in: it is changed on a page of its own.
    readonly_fields = [
        "account_number", "email", "people", "notices", "language", "contact", "current_balance", "amount_due",
        "credit", "collections", "mirror",
        "notices_table", "emails_table", "links_table", "merges_table",
    ]  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Guarantor | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        may_mirror = request.user.has_perm("portal_sessions.mirror_account") and not obj.is_retired
        return [
            (name, {"fields": [field for field in options["fields"] if field != "mirror" or may_mirror]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Guarantor | None = None) -> list[str]:
        return self.readonly_fields if obj else []

    def get_inlines(self, request: HttpRequest, obj: Guarantor | None) -> list[Any]:
        return self.inlines if obj else [NewPatientInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.add_guarantor")

    def has_change_permission(self, request: HttpRequest, obj: Guarantor | None = None) -> bool:
        return request.user.has_perm("accounts.change_guarantor")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """Who walks in has no number of the practice's own system yet, and most likely the group of the last one."""
        field: Any = super().formfield_for_dbfield(db_field, request, **more)
        if db_field.name == "account_number":
            field.required, field.help_text = False, "Leave it empty for a walk-in: POPS gives one."
        if db_field.name == "group":
            field.initial = find_usual_group()
        return field

    def save_model(self, request: HttpRequest, obj: Guarantor, form: Any, change: bool) -> None:
        if not obj.account_number:
            obj.account_number = next_number()
        if change and "phone" in form.changed_data:
            obj.phone_confirmed_at = None  # it was another one's
        super().save_model(request, obj, form, change)
        if not change and obj.email:
            create_guarantor_login(guarantor=obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Guarantor], search_term: str
    ) -> tuple[QuerySet[Guarantor], bool]:
        """By the words of name, account number, phone or patient; an email address as a whole."""
        if "@" in search_term:
            return queryset.filter(email__iexact=search_term.strip()), False
        return self.of_people(request, queryset, search_term) if search_term.strip() else queryset, False

    @admin.display(description="Opened by")
    def people(self, guarantor: Guarantor) -> SafeString:
        return render_people(guarantor)

    @admin.display(description="How notices come")
    def notices(self, guarantor: Guarantor) -> str:
        if not guarantor.notices_chosen_at:
            return "Never chosen"
        return f"{guarantor.get_notices_by_display()}, chosen {day(localtime(guarantor.notices_chosen_at))}"

    @admin.display(description="Confirmed")
    def contact(self, guarantor: Guarantor) -> SafeString:
        return render_contact(guarantor)

    @admin.display(description="Current Balance")
    def current_balance(self, guarantor: Guarantor) -> str:
        return format_cents(get_balances(guarantor).current_cents)

    @admin.display(description="Amount Due")
    def amount_due(self, guarantor: Guarantor) -> str:
        return format_cents(get_balances(guarantor).amount_due_cents)

    @admin.display(description="Credit")
    def credit(self, guarantor: Guarantor) -> str:
        return format_cents(get_credit(guarantor))

    @admin.display(description="In collections")
    def collections(self, guarantor: Guarantor) -> str:
        return format_cents(get_balances(guarantor).collections_cents)

    @admin.display(description="On the portal")
    def mirror(self, guarantor: Guarantor) -> SafeString:
        page = reverse("backoffice:mirror", args=[guarantor.pk])
        return format_html('<a href="{}">See it as the guarantor does</a>', page)

    @admin.display(description="Latest notices")
    def notices_table(self, guarantor: Guarantor) -> SafeString:
        return render_notices(guarantor)

    @admin.display(description="Latest emails")
    def emails_table(self, guarantor: Guarantor) -> SafeString:
        return render_messages(receipt_messages(guarantor).order_by("-about_id", "pk")[:EMAILS_SHOWN])

    @admin.display(description="Latest links")
    def links_table(self, guarantor: Guarantor) -> SafeString:
        return render_links(guarantor)

    @admin.display(description="One person, two accounts")
    def merges_table(self, guarantor: Guarantor) -> SafeString:
        merges = GuarantorMerge.objects.filter(Q(into=guarantor) | Q(merged=guarantor), undone_at=None)
        rows = [
            [merge, f"{day(localtime(merge.merged_at))} by {merge.merged_by}", merge.reason, _undo_link(merge)]
            for merge in merges.select_related("merged", "into", "merged_by").order_by("pk")
        ]
        return html_table(["Accounts", "When", "Why", ""], rows, empty="This account was merged with no other.")


def _undo_link(merge: GuarantorMerge) -> SafeString:
    return format_html('<a href="{}">Undo</a>', reverse("backoffice:undo_merge", args=[merge.pk]))
