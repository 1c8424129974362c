"""The practice's own systems that call the API, with their keys."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from pops.core.access.models import User, UserGroup
from pops.core.practice.selectors import get_practice
from pops.core.words import at
from pops.service_accounts.models import ServiceAccount, ServiceKey
from pops.service_accounts.selectors import find_keys
from pops.service_accounts.services import why_not_revoke, why_not_rotate
from pops.web.backoffice.lists.history import KeepsHistory
from pops.web.backoffice.lists.readonly import html_table

HEADINGS = ["Key", "Scopes", "Made", "Works until", "Last used", ""]


@admin.register(ServiceAccount)
class ServiceAccountAdmin(KeepsHistory):
    """Who calls the API, with which role; each key with its scopes, its end, and where it was used last."""

    actions = None
    change_form_template = "backoffice/lists/with_tools.html"
    list_display = ["name", "role", "is_active", "used_at"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    search_help_text = "Name"
    parts = ["keys"]
    related_events = [(UserGroup.pgh_event_model, "user_id", "group", "Role")]
    fieldsets = [
        (None, {"fields": ["name", "role", "how_it_is", "made"]}),
        ("Keys", {"fields": ["keys_table"]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By services, never by this form."""
        return False

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("backoffice:make_service_account")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceAccount]:
        found = super().get_queryset(request).select_related("user", "made_by").prefetch_related("user__groups")
        return found.annotate(used=Max("keys__last_used_at"))

    @admin.display(description="Role")
    def role(self, account: ServiceAccount) -> str:
        return ", ".join(role.name for role in account.user.groups.all()) or "none"

    @admin.display(description="How it is")
    def how_it_is(self, account: ServiceAccount) -> str:
        return "On" if account.is_active else "Switched off: none of its keys works."

    @admin.display(description="Last used", ordering="used")
    def used_at(self, account: Any) -> str:
        return at(account.used, get_practice().time_zone) if account.used else "never"

    @admin.display(description="Made")
    def made(self, account: ServiceAccount) -> str:
        return f"{at(account.made_at, get_practice().time_zone)} by {account.made_by}"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With what may be done with its keys, which goes by who looks."""
        account = super().get_object(request, object_id, from_field)
        if account is not None:
            account.looked_at_by = request.user
        return account

    @admin.display(description="Keys")
    def keys_table(self, account: Any) -> SafeString:
        zone, now = get_practice().time_zone, timezone.now()
        rows = [_row(key, zone, _buttons(key, now, by=account.looked_at_by), now) for key in find_keys(account)]
        return html_table(HEADINGS, rows, empty="It has no key yet: nothing can be called by it.")


def _row(key: ServiceKey, zone: str, buttons: SafeString, now: dt.datetime) -> list[object]:
    scopes = format_html_join(mark_safe("<br>"), "{}", ([scope] for scope in key.scopes))
    made = f"{at(key.made_at, zone)} by {key.made_by}"
    return [key, scopes, made, _say_end(key, zone, now), _say_use(key, zone), buttons]


def _say_use(key: ServiceKey, zone: str) -> str:
    if key.last_used_at is None:
        return "never"
    return f"{at(key.last_used_at, zone)} from {key.last_used_address or 'an unknown address'}"


def _say_end(key: ServiceKey, zone: str, now: dt.datetime) -> str:
    if key.revoked_at:
        return f"Revoked {at(key.revoked_at, zone)} by {key.revoked_by}"
    until = at(key.expires_at, zone)
    replaced = f", then {key.replaced_by}" if key.replaced_by else ""
    return f"{until}{replaced}" if key.is_good(now) else f"Expired {until}"


def _buttons(key: ServiceKey, now: dt.datetime, *, by: User) -> SafeString:
    """What whoever looks may do with a key that works."""
    if not by.has_perm("service_accounts.change_serviceaccount"):
        return format_html("")
    acts = {"Rotate": why_not_rotate(key, now=now, by=by), "Revoke": why_not_revoke(key, now=now)}
    pages = {label: reverse(f"backoffice:{label.lower()}_key", args=[key.pk]) for label, no in acts.items() if not no}
    return format_html_join(" ", '<a href="{}">{}</a>', ((page, label) for label, page in pages.items()))
