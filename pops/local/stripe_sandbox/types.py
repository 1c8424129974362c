"""The few types everything here shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: One Stripe object, exactly as it is answered. Keys that begin with "_" are ours and never leave the sandbox.
Obj = dict[str, Any]

Clock = Callable[[], float]

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class HttpRequest:
    """What came in over the wire; header names are lower case."""

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HttpReply:
    """What goes back; a status of 0 closes the connection without an answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """An API request that was let in: decoded parameters, the ids of its path and who asks."""

    params: Obj
    ids: tuple[str, ...] = ()
    publishable: bool = False
    request_id: str = ""
    idempotency_key: str | None = None
