"""POPS Groups: their form in panels, and the preview beside it."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.decorators import method_decorator

from pops.core.practice.drafts import sign_draft
from pops.core.practice.models import Group
from pops.core.practice.pictures import FAVICON, HOME_IMAGE, LOGO
from pops.core.practice.theme import COLOUR, COLOURS, HOUSE, find_problems
from pops.web.backoffice.fields import ColourInput, PictureField
from pops.web.backoffice.lists.history import KeepsHistory, WhyForm

PICTURES = {"logo": LOGO, "favicon": FAVICON, "home_image": HOME_IMAGE}
# What the preview shows, and how.
PAGES = {"home": "Home", "pay": "Pay", "receipt": "Receipt"}
SCHEMES = {"light": "Light", "dark": "Dark"}
SIZES = {"phone": "Phone", "desk": "Desk"}


@admin.register(Group)
@method_decorator(csp_update({"frame-src": [SELF]}), "changeform_view")
class GroupAdmin(KeepsHistory):
    """POPS Groups: branding, theme and options."""

    form = WhyForm
    list_display = ["name", "auto_post", "email_receipts", "allow_overpayment"]
    fieldsets = [
        (None, {"fields": ["name"]}),
        (
            "Branding",
            {"fields": ["shown_name", *PICTURES, "footer_email", "footer_phone", "footer_text"]},
        ),
        ("Theme", {"fields": [*COLOURS, "dark"]}),
        (
            "Look and Feel",
            {
                "fields": [
                    "landing_page",
                    "account_dashboard",
                    "statements",
                    "show_current_balance",
                    "show_escrow",
                    "show_collections",
                    "hide_current_visits",
                    "include_new_charges",
                    "logout_function",
                    "session_minutes",
                    "session_extension",
                ]
            },
        ),
        (
            "Payments",
            {
                "fields": [
                    "credit_card",
                    "apple_pay",
                    "google_pay",
                    "store_payment_method",
                    "require_cvv",
                    "auto_post",
                    "email_receipts",
                    "allow_overpayment",
                    "split_payments",
                    "notice_days",
                    "text_notices",
                    "quickpay",
                    "quickpay_days",
                    "quickpay_statement_days",
                ]
            },
        ),
        ("Scheduling", {"fields": ["appointments", "appointment_requests"]}),
        ("This change", {"fields": ["why"]}),
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if kind := PICTURES.get(db_field.name):
            kwargs |= {"form_class": PictureField, "kind": kind}
        if db_field.name in COLOURS:
            kwargs["widget"] = ColourInput
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[Any]:
        """Before Django's own, which take every address for an object's."""
        ask = self.admin_site.admin_view(self.preview)
        return [
            path("add/preview/", ask, name="practice_group_preview_new"),
            path("<path:object_id>/change/preview/", ask, name="practice_group_preview"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With what the preview beside the form begins with: the group as it was sent, else as it is."""
        sent = context["adminform"].form.instance if context["adminform"].form.is_bound else context.get("original")
        context |= {"draft": sign_draft(sent or Group()), "pages": PAGES, "schemes": SCHEMES, "sizes": SIZES}
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(csp_update({"frame-src": [SELF]}))
    def preview(self, request: HttpRequest, object_id: str | None = None) -> HttpResponseBase:
        """What is in the form, signed for the preview's frames; without JavaScript a page with all of them."""
        group = self._find_sent(request, object_id)
        problems, draft = find_problems(group.theme), sign_draft(group)
        if request.headers.get("Accept") == "application/json":
            said = [{"field": one.mover, "words": one.words, "nearest": one.nearest} for one in problems]
            return JsonResponse({"draft": draft, "problems": said})
        return self._all_previews(request, {"group": group, "problems": problems, "draft": draft})

    def _find_sent(self, request: HttpRequest, object_id: str | None) -> Group:
        """The group as the form says it; what is no colour is the house's, what else is wrong stays as it is saved."""
        saved = self.get_object(request, object_id) if object_id else None
        may = self.has_change_permission(request, saved) if saved else self.has_add_permission(request)
        if request.method != "POST" or not may:
            raise PermissionDenied
        form = self.get_form(request, saved, change=saved is not None)(request.POST, instance=saved)
        form.is_valid()
        group: Group = form.instance
        for name in COLOURS:
            if not COLOUR.fullmatch(getattr(group, name)):
                setattr(group, name, getattr(HOUSE, name))
        return group

    def _all_previews(self, request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
        frames = [(page, scheme, size) for page in PAGES for scheme in SCHEMES for size in SIZES]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Preview of {shown['group'].name or 'a new group'}",
            "opts": self.opts,
            "frames": frames,
            **shown,
        }
        return render(request, "admin/practice/group/preview.html", context)
