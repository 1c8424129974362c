"""The pages of 400, 403, 404 and 500, at every door; the API's are problem documents."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from pops.web.problems import asks_api, say_fault


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what can't be read. Django's own reads the form once more, and fails over one it couldn't read."""
    return _error_page(request, 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours, drawn of nothing that may have failed: staff are not told of patients' payments."""
    if asks_api(request):
        return say_fault(500)
    page = "admin/500.html" if request.path.startswith("/admin/") else "500.html"
    return HttpResponse(render_to_string(page), status=500)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return _error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _error_page(request, 404)


def _error_page(request: HttpRequest, status: int) -> HttpResponse:
    """Staff who work in the back office stay in its frame; everybody else sees the portal's page."""
    if asks_api(request):
        return say_fault(status)
    user = getattr(request, "user", None)  # not known yet when a middleware refuses
    if request.path.startswith("/admin/") and user is not None and user.is_staff:
        return render(request, f"admin/{status}.html", admin.site.each_context(request), status=status)
    return render(request, f"{status}.html", status=status)
