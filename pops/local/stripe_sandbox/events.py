"""Events as the API shows them."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import no_such
from pops.local.stripe_sandbox.forms import allow
from pops.local.stripe_sandbox.listing import PAGING, cut, in_time
from pops.local.stripe_sandbox.types import Call, Obj


def get_event(core: Core, id_: str) -> Obj:
    event = core.store.find("event", id_)
    if event is None:
        raise no_such("event", id_, param="id")
    return event


def retrieve(core: Core, call: Call) -> Obj:
    return get_event(core, call.ids[0])


def list_all(core: Core, call: Call) -> Obj:
    """Newest first, of one `type` (`charge.*` works), of several `types`, or of all."""
    allow(call.params, *PAGING, "type", "types")
    wanted = call.params.get("types") or [call.params.get("type") or "*"]
    rows = core.store.newest_first("event")
    rows = [row for row in rows if in_time(row, call.params) and _matches(row, wanted)]
    return cut(rows, call.params, "/v1/events")


def _matches(event: Obj, wanted: list[str]) -> bool:
    return any(fnmatchcase(event["type"], pattern) for pattern in wanted)
