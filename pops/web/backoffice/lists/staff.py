"""Who signs in to the back office: users, their roles, their authenticators."""

from typing import Any

import allauth.account.admin  # noqa: F401  registers what is taken out below
from allauth.account.models import EmailAddress
from allauth.mfa.admin import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import Group as Role
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from pops.core.access.models import User, UserGroup, UserRight
from pops.core.access.rights import find_roles_within, may_more
from pops.logins.models import AccountLogin
from pops.logins.selectors import find_accounts
from pops.web.backoffice.lists.history import KeepsHistory, WhyForm
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin
from pops.web.backoffice.lists.searching import FindsPeople
from pops.web.sign_in.passwords import send_welcome
from pops.web.typed import TypedModelForm

LINK_EVENT = AccountLogin.pgh_event_model  # type: ignore[attr-defined]  # made by pghistory

# What Django and allauth register can be changed, and keeps no history.
admin.site.unregister([Role, Authenticator])
# Empty here: an address is the user's own, and the practice vouches for it.
admin.site.unregister(EmailAddress)


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    """The roles and their rights, as roles.py says them."""

    list_display = ["name"]
    fields = ["name", "rights"]
    readonly_fields = ["rights"]

    @admin.display(description="Rights")
    def rights(self, role: Role) -> SafeString:
        names = role.permissions.order_by("content_type__app_label", "codename").values_list("name")
        return format_html_join(mark_safe("<br>"), "{}", names)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Who has a second factor; never its secret. *Reset sign-in* on the user's page forgets them."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    fields = ["user", "type", "created_at", "last_used_at"]


def _role_field(by: User | AnonymousUser) -> forms.ModelChoiceField:
    errors = {"required": "Choose a role.", "invalid_choice": "You can't give this role: it may do more than you."}
    return forms.ModelChoiceField(
        find_roles_within(by), widget=forms.RadioSelect, empty_label=None, error_messages=errors
    )


class NewStaffForm(TypedModelForm):
    """A member of staff: who, and which role. Their password they choose themselves, by the link that is mailed."""

    role = forms.ModelChoiceField(Role.objects.none())  # those that may be given: the admin knows by whom

    class Meta:
        model = User
        fields = ("email", "name")
        error_messages = {"email": {"required": "Enter their email address."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.is_staff = True

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email, is_staff=True).exists():
            raise forms.ValidationError("Another member of staff signs in with this address.")
        return email


class StaffChangeForm(WhyForm, UserChangeForm):
    """A login, with why it is changed."""


class WhoFilter(admin.SimpleListFilter):
    """Staff, unless guarantors are asked for."""

    title = "who"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("guarantors", "Guarantors")]

    def choices(self, changelist: Any) -> Any:
        every, *others = super().choices(changelist)
        return [{**every, "display": "Staff"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        # Systems that call the API have a list of their own.
        return queryset.filter(is_staff=self.value() != "guarantors", service_account=None)


@admin.register(User)
class UserAdmin(FindsPeople, KeepsHistory, DjangoUserAdmin):
    """Who signs in, with which role, and who changed that. Guarantors' logins are there, but not among staff."""

    form = StaffChangeForm
    add_form = NewStaffForm
    add_form_template = None
    change_form_template = "backoffice/user.html"
    change_user_password_template = None
    related_events = [
        (UserGroup.pgh_event_model, "user_id", "group", "Role"),
        (UserRight.pgh_event_model, "user_id", "permission", "Right"),
        (LINK_EVENT, "user_id", "guarantor", "Opens the account"),
    ]
    ordering = ["email"]
    list_display = ["email", "name", "roles", "is_active", "last_login"]
    list_filter = [WhoFilter, "is_active", "groups"]
    search_fields = ["email"]
    search_help_text = "Email or name"
    person, finds_users = "pk", True
    readonly_fields = ["last_login", "created_at"]
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ["email", "name"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "groups"]}),
        ("For superusers", {"fields": ["is_superuser", "user_permissions", "password"]}),
        ("Dates", {"fields": ["last_login", "created_at"]}),
        ("This change", {"fields": ["why"]}),
    )
    add_fieldsets = ((None, {"fields": ["email", "name", "role"]}),)

    @admin.display(description="Role")
    def roles(self, user: User) -> str:
        names = [role.name for role in user.groups.all()]
        return ", ".join(["Superuser"] * user.is_superuser + names) or "none"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody gives rights beyond the roles, or sees them, but who has them all."""
        unfit = set() if request.user.is_superuser else {"For superusers"}
        return [one for one in super().get_fieldsets(request, obj) if one[0] not in unfit]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Guarantors confirm their addresses themselves."""
        address = ["email"] if obj is not None and not obj.is_staff and find_accounts(obj) else []
        return [*self.readonly_fields, *address]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes the login of who may do more than they: its address is the way to its password."""
        beyond = obj is not None and may_more(obj, than=request.user)
        return not beyond and super().has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Roles to choose from are those whose rights one has."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "role" in form.base_fields:
            form.base_fields["role"] = _role_field(request.user)
        return form

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = find_roles_within(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Nobody chooses another's password but a superuser: a link is mailed to the person."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Give a new member of staff their role, and the link by which they choose a password."""
        super().save_related(request, form, formsets, change)
        if not change:
            form.instance.groups.set([form.cleaned_data["role"]])
            send_welcome(user=form.instance)
            messages.info(request, f"A link to choose a password is on its way to {form.instance.email}.")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        title = {} if kwargs.get("change", context.get("change")) else {"title": "Add a member of staff"}
        return super().render_change_form(request, {**context, **title}, *args, **kwargs)
