"""Calls of the API before all that pages need."""

from collections.abc import Callable
from functools import lru_cache

import pghistory
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch, resolve

CALLS = "/api/v1/"
READS = {"GET", "HEAD", "OPTIONS"}


class ApiFirstMiddleware:
    """Answers the API's calls itself. Neither session nor cookie is read for them: a browser's sign-in opens nothing.

    What a call changes is kept in the history as done at its address, by whom its key says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(CALLS):
            return self.get_response(request)
        if request.method in READS:
            return _answer(request)
        with pghistory.context(url=request.path):
            return _answer(request)


# A system calls the same few addresses all day, and to find one looks at a hundred patterns.
@lru_cache(maxsize=256)
def _resolve(path: str, urls: str) -> ResolverMatch:
    return resolve(path, urls)


def _answer(request: HttpRequest) -> HttpResponseBase:
    match = request.resolver_match = _resolve(request.path_info, settings.ROOT_URLCONF)
    response = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response.render()
    if not response.streaming and "Content-Length" not in response:
        response["Content-Length"] = str(len(response.content))
    return response
