"""Who may see the portal's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from pops.accounts.models import Guarantor

P = ParamSpec("P")


class GuarantorRequest(HttpRequest):
    """A request by a signed-in guarantor."""

    guarantor: Guarantor


def guarantor_required(
    view: Callable[Concatenate[GuarantorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass `request.guarantor` to a view; answer 404 to logins that are no guarantor's, such as staff.

    Nobody signed in is sent to sign-in before this by LoginRequiredMiddleware.
    """

    @wraps(view)
    def wrapped(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        guarantor = Guarantor.objects.select_related("group").filter(user=request.user).first()
        if guarantor is None:
            raise Http404
        request.guarantor = guarantor
        return view(request, *args, **kwargs)

    return wrapped
