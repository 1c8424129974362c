"""The portal's first page, and the health check."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse

from pops.accounts.selectors import get_credit, service_lines, sum_balances
from pops.portal.access import GuarantorRequest, guarantor_required
from pops.practice.logo import find_kind
from pops.practice.models import Group


def home(request: HttpRequest) -> HttpResponseBase:
    """Staff go to the back office, guarantors see their account."""
    if request.user.is_staff:
        return redirect("admin:index")
    return account(request)


@guarantor_required
def account(request: GuarantorRequest) -> HttpResponse:
    """The guarantor's balances and the service lines they are made of."""
    lines = list(service_lines(request.guarantor))
    return render(
        request,
        "portal/account.html",
        {
            "guarantor": request.guarantor,
            "balances": sum_balances(lines),
            "credit_cents": get_credit(request.guarantor),
            "unclear": request.guarantor.payments.filter(state__in=["processing", "review"]).first(),
            "open_lines": [line for line in lines if line.remaining_cents and not line.encounter.in_collections],
            "collection_lines": [line for line in lines if line.remaining_cents and line.encounter.in_collections],
        },
    )


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponseBase:
    """Django admin's own sign-in page is replaced by the staff door, where guessing is limited."""
    if request.user.is_authenticated:
        if request.user.is_staff:
            return redirect("admin:index")
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("account_login"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what can't be read. Django's own reads the form once more, and fails over one it couldn't read."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 404)


def _error_page(request: HttpRequest, status: int) -> HttpResponse:
    """Staff who work in the back office stay in its frame; everybody else sees the portal's page."""
    user = getattr(request, "user", None)  # not known yet when a middleware refuses
    if request.path.startswith("/admin/") and user is not None and user.is_staff:
        return render(request, f"admin/{status}.html", admin.site.each_context(request), status=status)
    return render(request, f"{status}.html", status=status)


@login_not_required
def favicon(request: HttpRequest) -> HttpResponseBase:
    """Browsers ask here on pages that name no icon, such as a PDF."""
    return redirect(static("img/favicon.svg"))


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 when this process reaches its database: for load balancers and containers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
def logo(request: HttpRequest, group_id: int) -> HttpResponse:
    """A group's logo, for mail programs."""
    group = get_object_or_404(Group.objects.exclude(logo=""), pk=group_id)
    with group.logo.open() as file:
        kind = find_kind(file)
        if kind is None:
            raise Http404
        return HttpResponse(file.read(), content_type=kind, headers={"Cache-Control": "public, max-age=86400"})
