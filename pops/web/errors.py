"""The pages of 400, 403 and 404, at every door."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what can't be read. Django's own reads the form once more, and fails over one it couldn't read."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return _error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _error_page(request, 404)


def _error_page(request: HttpRequest, status: int) -> HttpResponse:
    """Staff who work in the back office stay in its frame; everybody else sees the portal's page."""
    user = getattr(request, "user", None)  # not known yet when a middleware refuses
    if request.path.startswith("/admin/") and user is not None and user.is_staff:
        return render(request, f"admin/{status}.html", admin.site.each_context(request), status=status)
    return render(request, f"{status}.html", status=status)
