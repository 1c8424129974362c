"""What programs are told instead of a page of an error: a problem document, as RFC 9457 has it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

CONTENT_TYPE = "application/problem+json"
# What is asked for there is answered to programs, whatever goes wrong.
API = "/api/"
# Of what goes wrong before the API is reached, or in it.
WORDS = {
    400: ("bad_request", "This request can't be read."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing at this address."),
    500: ("fault", "This is a fault of ours, and was noted. Nothing was changed unless an answer said so. Try again."),
}


def say_problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document. `code` names the problem for programs, `detail` tells people; `errors` go field by field."""
    said: dict[str, object] = {
        "type": f"urn:pops:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        said["errors"] = list(errors)
    response = JsonResponse(said, status=status, headers=headers, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def asks_api(request: HttpRequest) -> bool:
    """Whether it is a program that asks, which no page helps."""
    return request.path.startswith(API)


def say_fault(status: int) -> HttpResponse:
    """The problem document in place of the page of an error."""
    code, words = WORDS[status]
    return say_problem(status, code, words)
