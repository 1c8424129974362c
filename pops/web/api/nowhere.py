"""Addresses at which there is nothing."""

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from rest_framework.views import APIView

from pops.web.api.problems import answer_exception


class Nowhere(APIView):
    """404 to everybody, whatever the method."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None
    # Nothing can be done here: Allow, which DRF would tell, has nothing to name.
    default_response_headers: ClassVar[dict[str, str]] = {}

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        raise Http404

    def get_exception_handler(self) -> Any:
        return answer_exception

    def get(self, request: Any) -> HttpResponse:
        """So that there is a method; none is reached."""
        raise Http404
