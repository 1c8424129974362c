"""What requests of the back office get."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from pops.core.practice.models import Practice
from pops.web.backoffice.setup.facts import guide_page, may_set_up


class PracticeClockMiddleware:
    """Shows times in the back office on the practice's clock. The portal's templates ask for it by themselves.

    Before there is a practice, pages that need one lead to the set-up guide.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        practice = Practice.objects.first()
        if practice is not None:
            request.practice = practice  # type: ignore[attr-defined]  # what its pages show of it is read once
        with timezone.override(ZoneInfo(practice.time_zone if practice else "UTC")):
            response = self.get_response(request)
            try:
                if hasattr(response, "render"):
                    response.render()  # the admin renders late; here it still has the clock
            except Practice.DoesNotExist:
                return _answer_without_practice(request)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What a page without a practice raised."""
        is_ours = request.path.startswith("/admin/") and isinstance(exception, Practice.DoesNotExist)
        return _answer_without_practice(request) if is_ours else None


def _answer_without_practice(request: HttpRequest) -> HttpResponse:
    """409: nothing is wrong with what was asked for, only with the time."""
    if may_set_up(request.user):
        return redirect(guide_page())
    return render(request, "admin/not_set_up.html", admin.site.each_context(request), status=409)
