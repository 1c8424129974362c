"""Who may see the portal's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor

P = ParamSpec("P")


class GuarantorRequest(HttpRequest):
    """A request by a signed-in guarantor."""

    user: User
    guarantor: Guarantor


def guarantor_required(
    view: Callable[Concatenate[GuarantorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass `request.guarantor` to a view; answer 404 to logins that are no guarantor's, such as staff,
    and to accounts in use no more.

    Nobody signed in is sent to sign-in before this by LoginRequiredMiddleware.
    """

    @wraps(view)
    def wrapped(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        # No query: the session's backend has read it with the login.
        request.guarantor = getattr(request.user, "guarantor", None)
        if request.guarantor is None or request.guarantor.is_retired:
            raise Http404
        response = view(request, *args, **kwargs)
        # After signing out, "back" must not bring a patient's page to the screen again.
        add_never_cache_headers(response)
        return response

    return wrapped
