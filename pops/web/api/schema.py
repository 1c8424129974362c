"""The API's description of itself, OpenAPI 3.1: made of the views and shapes, checked in as docs/openapi.yaml."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

JSON, PROBLEM = "application/json", "application/problem+json"
# By status: what it is called in the schema, and when it comes.
PROBLEMS = {
    400: ("BadRequest", "The address or the body can't be read."),
    401: ("NoKey", "No key, or one that is unknown, expired or revoked."),
    403: ("Forbidden", "The key lacks the scope, or the account's role the right."),
    404: ("NotFound", "There is nothing at this address."),
    409: ("Refused", "A rule doesn't allow it as things stand. Nothing was changed."),
    410: ("Gone", "It is given to nobody any more."),
    412: ("Changed", "If-Match names another state than the present one."),
    413: ("TooLarge", "The body is too large."),
    415: ("NotJSON", "The body is not application/json, or compressed."),
    422: (
        "Invalid",
        "Fields of the body can't be, each with its reason; or the Idempotency-Key was used for another call.",
    ),
    428: ("MatchMissing", "If-Match is missing."),
    503: ("NotNow", "What was stored can't be read just now."),
    429: ("TooOften", "Too many calls. Retry-After says when to go on."),
}
# By these names an operation says them, and that its answer has an ETag, until they are written out.
OWN_PROBLEMS, TAGGED = "x-own-problems", "x-tagged"
READS, WRITES = (400, 401, 403, 404, 429), (409, 413, 415, 422)
# By whether If-Match, which is looked at, must be sent.
MATCHED = {False: (412,), True: (412, 428)}
UNKEYED = ("get", "head")
KEY = {"type": "http", "scheme": "bearer", "description": "A key of a service account: pops_..."}


class ApiSchema(AutoSchema):
    """What each operation has in common: its scope and right, and the headers that go both ways."""

    view: Any  # an ApiView

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        if not hasattr(self.view, "scopes"):  # of a webhook
            return str(super().get_description())
        scope, rights = self.view.scopes.get(self.method, ""), self.view.rights.get(self.method, "")
        names = (rights,) if isinstance(rights, str) else rights
        right = ", ".join(f"`{name}`" for name in names)
        return f"{super().get_description()}\n\nScope `{scope}`, right {right}.".strip()

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"key": [self.view.scopes.get(self.method, "")]}]

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, self.method.lower(), None)
        if handler is None:  # of a webhook
            return []
        given = [] if self.method == "GET" else [_key_header(required=self.method == "POST")]
        given += [NONE_MATCH] if handler.is_tagged else []
        return given + ([_match_header(required=handler.must_match)] if handler.is_matched else [])

    def _get_serializer_name(self, *args: Any, **kwargs: Any) -> str:
        """Receipt, not ReceiptShape: callers know nothing of our classes."""
        return str(super()._get_serializer_name(*args, **kwargs)).replace("Shape", "")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").partition("/")[0]]


def _key_header(*, required: bool) -> OpenApiParameter:
    words = "Drawn at random for this call, and the same when it is repeated: the copy gets the first answer."
    return OpenApiParameter(
        "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255}, "header", required, description=words
    )


def _match_header(*, required: bool) -> OpenApiParameter:
    words = "The ETag of the state that was read, or * for whatever it is."
    return OpenApiParameter("If-Match", OpenApiTypes.STR, "header", required, description=words)


NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, "header", description="The ETag that it had: 304 while it is the same."
)


def operation(
    operation_id: str,
    summary: str,
    *,
    gives: Any = None,
    example: Any = None,
    asks: Any = None,
    asked: Any = None,
    query: Any = None,
    status: int = 200,
    matched: bool = False,
    must_match: bool = False,
    tagged: bool = False,
    media_type: str = "application/json",
    also: dict[Any, Any] | None = None,
    problems: Sequence[int] = (),
) -> Callable[[Any], Any]:
    """Describe a method: what it asks (a Shape) and gives, each with an example; `query` what may stand behind "?".

    `matched` where it looks at If-Match, `must_match` where that must be sent; `tagged` where it looks at
    If-None-Match. `also`: other successful answers by status. `problems`: those of its own.
    """
    answer = OpenApiResponse(gives, description=summary, examples=_example("Answer", example, media_type))
    described = extend_schema(
        operation_id=operation_id,
        summary=summary,
        request=asks,
        responses={(status, media_type): answer, **(also or {})},
        examples=_example("Call", asked, "application/json"),
        parameters=query if isinstance(query, list) else [query] if query else [],
        extensions={OWN_PROBLEMS: list(problems), TAGGED: tagged},
    )

    facts = {"is_matched": matched or must_match, "must_match": must_match, "is_tagged": tagged, "asks": asks}
    return lambda handler: described(_note(handler, facts))


def _note(handler: Any, facts: dict[str, Any]) -> Any:
    """What of it the parameters tell, and tests ask."""
    for name, value in facts.items():
        setattr(handler, name, value)
    return handler


def _example(name: str, value: Any, media_type: str) -> list[OpenApiExample]:
    is_call = name == "Call"
    facts: dict[str, Any] = {"request_only": is_call, "response_only": not is_call, "media_type": media_type}
    return [] if value is None else [OpenApiExample(name, value, **facts)]


def page_of(shape: type[serializers.Serializer[Any]]) -> Any:
    """A page of a list of these."""
    name = f"{shape.__name__.removesuffix('Shape')}Page"
    words = "Address of the next page; null on the last one."
    return inline_serializer(
        name, {"items": shape(many=True), "next": serializers.URLField(allow_null=True, help_text=words)}
    )


def complete_schema(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What no single view says: how a call goes wrong, that bodies hold nothing else, what headers tell."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SHAPE
    components["responses"] = {name: _problem_response(words) for name, words in PROBLEMS.values()}
    components["responses"]["TooOften"]["headers"] = _headers(TOLD, WAITS)
    components["responses"]["NotModified"] = {"description": "It is what it was.", "headers": _headers(TOLD, TAG)}
    components["headers"] = HEADERS
    components["securitySchemes"] = {"key": KEY}
    _close_bodies(components["schemas"])
    for path in result["paths"].values():
        for method, described in path.items():
            _complete(method, described)
    for told in result["webhooks"].values():
        told["post"]["parameters"] = SIGNED
    return result


def _close_bodies(schemas: dict[str, Any]) -> None:
    for name, schema in schemas.items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False


def _complete(method: str, described: dict[str, Any]) -> None:
    matches = [one.get("required", False) for one in described.get("parameters", ()) if one["name"] == "If-Match"]
    is_tagged, responses = described.pop(TAGGED), described["responses"]
    statuses = [*READS, *(WRITES if method not in UNKEYED else ()), *described.pop(OWN_PROBLEMS, [])]
    statuses += [status for required in matches for status in MATCHED[required]]
    _share_examples([answer["content"] for answer in responses.values() if "content" in answer])
    is_list = any(one["name"] == "after" for one in described.get("parameters", ()))
    more = (TAG if matches or is_tagged else (), ONWARD if is_list else (), () if method in UNKEYED else COPIED)
    for status, answer in responses.items():
        answer["headers"] = _headers(TOLD, *more, *MEANT.get(status, ()))
    if is_tagged:
        responses["304"] = {"$ref": "#/components/responses/NotModified"}
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"})


def _share_examples(contents: list[dict[str, Any]]) -> None:
    """201 tells the same as 200: an example of one is one of the other."""
    told = [kind["examples"] for content in contents for kind in content.values() if "examples" in kind]
    for content in contents:
        if told and JSON in content:
            content[JSON].setdefault("examples", told[0])


def _problem_response(words: str) -> dict[str, Any]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}


def _headers(*names: Sequence[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in chain(*names)}


# With each answer; and with what can be changed, or read again.
TOLD, TAG = ("RateLimit", "RateLimit-Policy"), ("ETag",)
# Of a page; of a write; of what was made; of what isn't done yet.
ONWARD, COPIED, MADE, WAITS = ("Link",), ("Idempotency-Replayed",), ("Location",), ("Retry-After",)
MEANT = {"201": (MADE,), "202": (MADE, WAITS)}
HEADERS = {
    "Link": {"schema": {"type": "string"}, "description": 'The next page, if there is one: <address>; rel="next"'},
    "Location": {"schema": {"type": "string"}, "description": "Where it can be read, if it has an address."},
    "Retry-After": {"schema": {"type": "string"}, "description": "Seconds until it is worth asking again, if known."},
    "Idempotency-Replayed": {
        "schema": {"type": "string"},
        "description": "`true`: this is the answer that the first call with this Idempotency-Key got.",
    },
    "ETag": {"schema": {"type": "string"}, "description": "Another one once anything of it is another."},
    "RateLimit": {"schema": {"type": "string"}, "description": 'Calls left, and seconds until more: "key";r=2999;t=42'},
    "RateLimit-Policy": {
        "schema": {"type": "string"},
        "description": 'Calls a key has in so many seconds: "key";q=3000;w=60',
    },
}
# By which a webhook is known to be ours: standardwebhooks.com says how.
SIGNED = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": words}
    for name, words in (
        ("webhook-id", "The event's id: keep those that you took."),
        ("webhook-timestamp", "When it was sent, in seconds since 1970."),
        ("webhook-signature", "v1,... of each secret that signs, with spaces between."),
    )
]
PROBLEM_SHAPE = {
    "type": "object",
    "description": "What is wrong with a call (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "example": "urn:pops:problem:invalid"},
        "title": {"type": "string", "example": "Unprocessable Entity"},
        "status": {"type": "integer", "example": 422},
        "detail": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "For programs: it stays as it is."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the field: #/tenders/0/amount_cents"},
                    "parameter": {"type": "string", "description": "The parameter behind the question mark."},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
