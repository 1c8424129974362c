"""What requests of the back office get."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from pops.core.practice.models import Practice


class PracticeClockMiddleware:
    """Shows times in the back office on the practice's clock. The portal's templates ask for it by themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        time_zone = Practice.objects.values_list("time_zone", flat=True).first() or "UTC"
        with timezone.override(ZoneInfo(time_zone)):
            response = self.get_response(request)
            if hasattr(response, "render"):
                response.render()  # the admin renders late; here it still has the clock
            return response
