"""What the requests of signed-in people get."""

from django.http import HttpRequest, HttpResponseBase
from pghistory.middleware import HistoryMiddleware


class WhoMiddleware(HistoryMiddleware):
    """Has kept history say who made a change and at which page. A webhook is nobody: its statements go as they are."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/webhooks/"):
            return self.get_response(request)
        return super().__call__(request)
