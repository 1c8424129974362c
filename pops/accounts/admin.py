from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest

from pops.accounts.models import Guarantor, Patient, User
from pops.accounts.selectors import get_balances
from pops.money import format_cents
from pops.readonly_admin import ReadOnlyAdmin


class StaffCreationForm(AdminUserCreationForm):
    """A login for a member of staff."""

    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = StaffCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "created_at"]
    fieldsets = (
        (None, {"fields": ["email", "name", "password"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "created_at"]}),
    )
    add_fieldsets = (
        (None, {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]}),
    )


class PatientInline(admin.TabularInline):
    model = Patient
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Guarantor | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Guarantor | None = None) -> bool:
        return False


@admin.register(Guarantor)
class GuarantorAdmin(ReadOnlyAdmin):
    list_display = ["account_number", "name", "email", "phone", "group"]
    list_select_related = ["group"]
    search_fields = ["account_number", "name", "email", "phone", "patients__name"]
    search_help_text = "Account number, name, email, phone or patient"
    inlines = [PatientInline]
    fieldsets = [
        (None, {"fields": ["account_number", "name", "email", "phone", "group", "user"]}),
        ("Balances", {"fields": ["current_balance", "amount_due", "collections"]}),
    ]

    @admin.display(description="Current Balance")
    def current_balance(self, guarantor: Guarantor) -> str:
        return format_cents(get_balances(guarantor).current_cents)

    @admin.display(description="Amount Due")
    def amount_due(self, guarantor: Guarantor) -> str:
        return format_cents(get_balances(guarantor).amount_due_cents)

    @admin.display(description="In collections")
    def collections(self, guarantor: Guarantor) -> str:
        return format_cents(get_balances(guarantor).collections_cents)
