"""Which state of an object somebody saw: what people and the practice's system change is not written over unseen."""

import hashlib
import json
import re
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from pops.web.api.problems import Problem

# What of a tag follows on what people write.
FOLLOWED = re.compile(r'\.[0-9a-f]{32}"')


def make_tag(data: Any, *, of: Any = None) -> str:
    """The ETag of what is told of an object: another one once anything of it is another.

    Where much of it changes by itself, `of` is what people write about it: that comes first, and If-Match looks at
    that alone.
    """
    return f'"{_digest(data)}"' if of is None else f'"{_digest(of)}.{_digest(data)}"'


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def answer_tagged(
    request: Request, data: Any, *, of: Any = None, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """The object with its ETag; 304 without it for who has it already."""
    tag = make_tag(data, of=of)
    if request.method in ("GET", "HEAD") and _names(request.headers.get("If-None-Match", ""), tag):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, status=status, headers={**(headers or {}), "ETag": tag})


def check_match(request: Request, current: Any, *, required: bool = True) -> None:
    """That who writes saw the object as it is now. `current` is what its tag is of; lock the row before it is read.

    Raises Problem 428 where If-Match is missing and required, 412 where it names another state.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None:
        if required:
            words = "Send If-Match with the ETag of what you change, or * for whatever it is."
            raise Problem(428, "match_missing", words)
        return
    if not _names(FOLLOWED.sub('"', wanted), make_tag(current), weakly=False):
        raise Problem(412, "changed", "It was changed since you read it. Read it again.")


def _names(header: str, tag: str, *, weakly: bool = True) -> bool:
    tags = [one.strip() for one in header.split(",")]
    return "*" in tags or tag in [one.removeprefix("W/") if weakly else one for one in tags]
