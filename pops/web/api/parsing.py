"""Reading bodies: JSON in UTF-8 of a size that is meant, whose texts a database can keep."""

import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from pops.web.api.problems import Problem

# Bytes. A thousand visits with lines are a third of it.
LARGEST = 5 * 1024 * 1024
# How deep lists and objects may lie in each other: ours lie four deep.
DEEPEST = 32
# A NUL or half of a surrogate pair, as JSON escapes them; looked at more closely once one is seen.
SUSPECT = re.compile(rb"\\u(0000|d[89a-f])", re.IGNORECASE)
UNFIT = re.compile("[\0\ud800-\udfff]")


def take_body(request: HttpRequest) -> None:
    """Make a body that comes in chunks, as some clients send theirs, one with a length: Django reads no other.

    Raises Problem for one that is compressed, or whose chunks are none, or of a web server that doesn't say that it
    takes them apart: nothing of it would be read, and the call be one without a body.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "encoded", "Send the body as it is, without a Content-Encoding.")
    if "Transfer-Encoding" not in request.headers:
        return
    if not request.META.get("wsgi.input_terminated"):
        words = "Send the body whole, with its Content-Length, not in chunks."
        raise Problem(400, "length_missing", words)
    try:
        body = request.META["wsgi.input"].read(LARGEST + 1)
    except Exception:  # each web server has its own: a chunk without a size, or no end
        raise Problem(400, "bad_chunks", "The body's chunks can't be read.") from None
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # where Django reads from


class StrictJSONParser(BaseParser):
    """JSON, and nothing that only looks like it: no NaN, no name twice in an object, no bottomless nesting."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises Problem 400, or 413 for what is too large."""
        text = stream.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise Problem(413, "too_large", f"The body is larger than {LARGEST // 1024 // 1024} MB. Send it in parts.")
        try:
            data = json.loads(text.decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_take_pairs)
        except RecursionError:
            raise _too_deep() from None
        except ValueError as error:  # no UTF-8, no JSON, a number of thousands of digits
            raise Problem(400, "not_json", f"The body is not JSON: {_say(error)}.") from None
        if _depth(text) > DEEPEST:
            raise _too_deep()
        if SUSPECT.search(text):
            refuse_unfit(data)
        return data


class JSONAlways(BaseContentNegotiation):
    """What is answered is said by the address, not by an Accept header."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        kind = str(request.content_type).partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiJSONRenderer(JSONRenderer):
    """JSON, whatever the Accept header says of indents."""

    def get_indent(self, accepted_media_type: str, renderer_context: Any) -> None:
        return None


def refuse_unfit(data: Any) -> None:
    """Raises Problem 400 for texts with a NUL or half of a surrogate pair, saying where they stand."""
    unfit = [
        {"pointer": pointer, "detail": "This text holds a letter that can't be kept.", "code": "unfit_text"}
        for pointer in _find_unfit(data, "#")
    ]
    if unfit:
        raise Problem(400, "unfit_text", "Some text holds a letter that can't be kept.", errors=unfit[:20])


def _find_unfit(data: Any, pointer: str) -> Iterator[str]:
    if isinstance(data, str) and UNFIT.search(data):
        yield pointer
    elif isinstance(data, Mapping):
        for name, inner in data.items():
            shown = UNFIT.sub("?", name)
            if shown != name:
                yield f"{pointer}/{shown}"
            yield from _find_unfit(inner, f"{pointer}/{shown}")
    elif isinstance(data, list):
        for place, inner in enumerate(data):
            yield from _find_unfit(inner, f"{pointer}/{place}")


def _take_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in the same object")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _depth(text: bytes) -> int:
    """An upper bound that costs little: brackets within texts count too, so it is only looked at when it is large."""
    depth = deepest = 0
    if text.count(b"[") + text.count(b"{") <= DEEPEST:
        return 0
    for sign in re.findall(rb'"(?:[^"\\]|\\.)*"|([\[{\]}])', text):
        if sign:
            depth += 1 if sign in b"[{" else -1
            deepest = max(deepest, depth)
    return deepest


def _too_deep() -> Problem:
    return Problem(400, "too_deep", f"The body is nested deeper than {DEEPEST} levels.")


def _say(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not in UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return str(error) if len(str(error)) < 80 else "a number is too long"
