"""Addresses that name something by its number in the practice's own system, whatever that system calls its things."""

from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from pops.web.api.v1.accounts.bringing import OneRow
from pops.web.api.views import ApiView

# How one is read and brought.
OF_ONE = {"GET", "HEAD", "PUT"}


class OwnNumber:
    """A number of the practice's own system. A slash in it is sent as %2F, which comes here as a slash again.

    None stands first or last: so sloppy addresses end in them, and a PUT there would make something new.
    """

    regex = "[^/](?:.*[^/])?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(OwnNumber, "own")


def numbered(called: str, number: str, rows: type[ApiView], many: type[ApiView], one: type[OneRow]) -> list[URLPattern]:
    """The addresses of a kind of rows: all of them, many at once, and one by its number."""
    return [
        path(called, rows.as_view(), name=called),
        path(f"{called}/bulk", _many_or_one(many, one, number), name=f"{called}_bulk"),
        path(f"{called}/<own:{number}>", one.as_view(), name=one.kind.one),
    ]


def _many_or_one(many: type[ApiView], one: type[ApiView], number: str) -> Any:
    """A view that brings many, and is that of the one which is numbered "bulk" as well."""
    bring_many, answer_one = many.as_view(), one.as_view()

    @wraps(bring_many)  # what its description, and Django, ask of it is that of the many
    def answer(request: HttpRequest) -> HttpResponseBase:
        is_one = request.method in OF_ONE
        answered = answer_one(request, **{number: "bulk"}) if is_one else bring_many(request)
        if "Allow" in answered:  # those of both
            answered["Allow"] = ", ".join(sorted(OF_ONE | {"POST"}))
        return answered

    return answer
