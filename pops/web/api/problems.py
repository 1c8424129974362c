"""Every exception of a call as a problem document: one way in which the API says no."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings

from pops.core.locks import HoldsAnother
from pops.core.practice.models import Practice
from pops.core.refusals import Refused
from pops.web.problems import WORDS, say_problem

# What a rule of ours refuses is 409: the call was understood, and may be right another time. These never will be.
UNPROCESSABLE = {"reason_missing"}


class Problem(exceptions.APIException):
    """What is wrong with a call: its status, a code for programs and words for people."""

    def __init__(
        self,
        status: int,
        code: str,
        words: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(words, code)
        self.status_code, self.code, self.words, self.errors, self.headers = status, code, words, errors, headers


class BadQuery(Problem):
    """What stands behind the question mark can't be. Takes DRF's details of what is wrong with each parameter."""

    def __init__(self, detail: Mapping[str, Any]) -> None:
        errors = [
            {"parameter": error["pointer"].removeprefix("#/"), "detail": error["detail"], "code": error["code"]}
            for error in list_errors(detail)
        ]
        super().__init__(400, "bad_query", "The address asks for something that can't be.", errors=errors)


def answer_exception(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """What a call is told. None for a fault of ours, which Django notes and `pops.web.errors` answers."""
    problem = find_problem(exc)
    if problem is None:
        return None
    headers = dict(problem.headers or {})
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return say_problem(problem.status_code, problem.code, problem.words, errors=problem.errors, headers=headers)


def find_problem(exc: Exception) -> Problem | None:
    """The exception as a problem, if it is one of the caller's and not of ours."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return say_invalid(exc.get_full_details())
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc)
    if isinstance(exc, Refused):
        return Problem(422 if exc.code in UNPROCESSABLE else 409, exc.code, exc.words)
    return _of_django(exc) or _of_size(exc)


def say_invalid(detail: Any) -> Problem:
    """A body that was read, some of whose fields can't be: each with its reason."""
    errors = list(list_errors(detail))
    words = "Something in the body can't be. Nothing was changed." if errors else "The body can't be."
    return Problem(422, "invalid", words, errors=errors)


def list_errors(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """DRF's nested details one by one, each with a JSON pointer to what it is about."""
    if isinstance(detail, Mapping) and {"message", "code"} == set(detail) and isinstance(detail["code"], str):
        yield {"pointer": pointer, "detail": str(detail["message"]), "code": detail["code"]}
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            is_whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from list_errors(inner, pointer if is_whole else f"{pointer}/{_escape(str(name))}")
    else:
        for place, inner in enumerate(detail):
            is_reason = isinstance(inner, Mapping) and {"message", "code"} == set(inner)
            yield from list_errors(inner, pointer if is_reason else f"{pointer}/{place}")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _of_framework(exc: exceptions.APIException) -> Problem:
    """What DRF itself refuses: a method, a content type, a body that is no JSON."""
    code = exc.get_codes() if isinstance(exc.get_codes(), str) else exc.default_code
    headers = {"Allow": exc.allowed} if hasattr(exc, "allowed") else {}
    return Problem(exc.status_code, str(code), str(exc.detail), headers=headers)


def _of_django(exc: Exception) -> Problem | None:
    if isinstance(exc, Practice.DoesNotExist):
        return Problem(409, "not_set_up", "The practice is not set up yet.")
    if isinstance(exc, Http404 | ObjectDoesNotExist):
        return Problem(404, *WORDS[404])
    if isinstance(exc, PermissionDenied):
        return Problem(403, *WORDS[403])
    if isinstance(exc, HoldsAnother):
        return Problem(409, "merged", "This account was merged into another one just now. Look at it again.")
    if isinstance(exc, DjangoValidationError):
        return say_invalid(exceptions.ValidationError(as_serializer_error(exc)).get_full_details())
    return None


def _of_size(exc: Exception) -> Problem | None:
    if isinstance(exc, RequestDataTooBig):
        return Problem(413, "too_large", "The body is too large.")
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return Problem(400, *WORDS[400])
    return None
