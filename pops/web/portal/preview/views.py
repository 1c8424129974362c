"""Pages of the portal as a group's form would have them, for staff: in a frame of our own, with nothing to press."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core.signing import BadSignature
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from pops.core.practice.drafts import read_draft
from pops.core.practice.models import Group, Practice
from pops.core.practice.selectors import get_practice
from pops.web.portal.preview.sample import Sample, make_sample

RIGHT = "practice.view_group"
SCHEMES = ("light", "dark")


@require_safe
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
def preview(request: HttpRequest) -> HttpResponseBase:
    """The page itself, by its own view, for an account that is rolled back with the draft. 404 to who may not."""
    scheme, page = request.GET.get("scheme"), request.GET.get("page", "")
    if not request.user.has_perm(RIGHT) or scheme not in SCHEMES or page not in ("home", "pay", "receipt"):
        raise Http404
    try:
        draft = read_draft(request.GET.get("draft", ""))
    except BadSignature as error:
        raise Http404 from error
    if not Practice.objects.exists():
        words = "Enter the practice first: these pages bear its name."
        return HttpResponse(words, content_type="text/plain", status=409)
    with transaction.atomic():
        response = _show(request, draft, page=page, scheme=scheme)
        transaction.set_rollback(True)
    return response


def _show(request: Any, draft: Group, *, page: str, scheme: str) -> HttpResponse:
    now, staff = timezone.now(), request.user
    sample = make_sample(draft, now=now, today=get_practice().business_date(now))
    path = _find_path(page, sample)
    match = resolve(path)
    try:
        request.user, request.brand, request.preview_scheme = sample.user, draft, scheme
        request.GET, request.path, request.path_info, request.resolver_match = QueryDict(), path, path, match
        response: HttpResponse = match.func(request, **match.kwargs)
    finally:
        request.user = staff
    return response


def _find_path(page: str, sample: Sample) -> str:
    if page == "receipt":
        return reverse("receipts:detail", args=[sample.number])
    return reverse({"home": "home", "pay": "payments:start"}[page])
