"""Who may open a page of the back office: staff, with the rights that the page names."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache

from pops.accounts.models import User


class DeskRequest(HttpRequest):
    """A request by a signed-in member of staff."""

    user: User


def desk_page(*permissions: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Open a view to staff who have all of these rights; nobody signed in is sent to the staff's door."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @never_cache
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not admin.site.has_permission(request) or not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        wrapped.login_url = reverse_lazy("account_login")  # type: ignore[attr-defined]
        return wrapped

    return decorate


def desk_render(request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page in the admin's frame."""
    return render(
        request,
        f"backoffice/{template}",
        {**admin.site.each_context(request), "title": title, **context},
        status=status,
    )


def bound(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: also an empty one that was sent."""
    return request.POST if request.method == "POST" else None
