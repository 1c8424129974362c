"""Who may open a page of the back office: staff, with the rights that the page names."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache

from pops.core.access.models import User
from pops.web.backoffice.models import SentForm
from pops.web.backoffice.once import AlreadySent, do_once


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
            sent = find_sent_form(request)
            if sent is not None:
                return _answer_copy(request, sent.page)
            return view(request, *args, **kwargs)

        wrapped.login_url = reverse_lazy("account_login")  # type: ignore[attr-defined]
        return wrapped

    return decorate


def find_sent_form(request: HttpRequest) -> SentForm | None:
    """The form of this request, when it has done its work before."""
    try:
        form_id = uuid.UUID(request.POST.get("form_id", ""))
    except ValueError:
        return None
    return SentForm.objects.filter(pk=form_id, sent_by=request.user.pk).first()


def once(request: DeskRequest, form: forms.Form, job: Callable[[], tuple[str, str]]) -> HttpResponseBase:
    """Do what a valid form asks for, however often it is sent, and lead to the page that the job names."""
    try:
        page, words = do_once(form_id=form.cleaned_data["form_id"], by=request.user, job=job)
    except AlreadySent as copy:
        return _answer_copy(request, copy.page)
    messages.success(request, words)
    return redirect(page)


def _answer_copy(request: HttpRequest, page: str) -> HttpResponseBase:
    messages.warning(request, "This form was sent twice. It was done once.")
    return redirect(page)


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
