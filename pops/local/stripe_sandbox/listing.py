"""Lists a page at a time, and `expand[]`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pops.local.stripe_sandbox.core import Core, render
from pops.local.stripe_sandbox.errors import invalid, no_such
from pops.local.stripe_sandbox.forms import allow, integer
from pops.local.stripe_sandbox.types import Obj

PAGING = ("limit", "starting_after", "ending_before", "created")
PAGE, LONGEST_PAGE = 10, 100
DEEPEST_EXPANSION = 4
COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}


def page(core: Core, kind: str, params: Obj, url: str, *, filters: tuple[str, ...] = ()) -> Obj:
    """Newest first, narrowed by `created` and by each given filter that the request names."""
    allow(params, *PAGING, *filters)
    rows = [row for row in core.store.newest_first(kind) if in_time(row, params)]
    for name in filters:
        if wanted := params.get(name):
            rows = [row for row in rows if row.get(name) == wanted]
    return cut(rows, params, url)


def cut(rows: list[Obj], params: Obj, url: str) -> Obj:
    """The page of `rows` that limit, starting_after and ending_before ask for."""
    limit = integer(params, "limit") or PAGE
    if not 1 <= limit <= LONGEST_PAGE:
        raise invalid(f"Limit must be between 1 and {LONGEST_PAGE}.", param="limit")
    if before := params.get("ending_before"):
        rows = rows[: _position(rows, before, "ending_before")]
        return _listed(rows[-limit:], more=len(rows) > limit, url=url)
    if after := params.get("starting_after"):
        rows = rows[_position(rows, after, "starting_after") + 1 :]
    return _listed(rows[:limit], more=len(rows) > limit, url=url)


def _listed(rows: list[Obj], *, more: bool, url: str) -> Obj:
    return {"object": "list", "data": rows, "has_more": more, "url": url}


def _position(rows: list[Obj], id_: str, param: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == id_:
            return position
    raise no_such("object", id_, param=param, status=400)


def in_time(row: Obj, params: Obj) -> bool:
    wanted = params.get("created")
    if isinstance(wanted, dict):
        bounds = [(COMPARE.get(name), integer(wanted, name)) for name in wanted]
        return all(compare is not None and compare(row["created"], bound or 0) for compare, bound in bounds)
    return not wanted or row["created"] == integer(params, "created")


def expanded(core: Core, obj: Obj, params: Obj) -> Obj:
    """A copy for answering with every `expand[]` path's ids replaced by their objects."""
    answer: Obj = render(obj)
    paths = params.get("expand") or []
    if not isinstance(paths, list):
        raise invalid("Invalid array", param="expand")
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST_EXPANSION:
            raise invalid("You cannot expand more than 4 levels of a property.", param="expand")
        _expand(core, answer, names, path)
    return answer


def _expand(core: Core, node: Any, names: list[str], path: str) -> None:
    if isinstance(node, list):
        for item in node:
            _expand(core, item, names, path)
    elif names and isinstance(node, dict):
        node[names[0]] = _grown(core, node, names[0], path)
        _expand(core, node[names[0]], names[1:], path)


def _grown(core: Core, node: Obj, name: str, path: str) -> Any:
    """What stands at `name`: as it is, looked up when it is an id, or a charge's refunds."""
    if node.get("object") == "charge" and name == "refunds":
        return _refunds_of(core, node)
    value = node.get(name)
    if (value is None and name in node) or isinstance(value, dict | list):
        return value
    found = core.store.find_any(value) if isinstance(value, str) else None
    if found is None:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand[0]")
    return render(found)


def _refunds_of(core: Core, charge: Obj) -> Obj:
    rows = [row for row in core.store.newest_first("refund") if row["charge"] == charge["id"]]
    return _listed(
        [render(row) for row in rows[:PAGE]], more=len(rows) > PAGE, url=f"/v1/refunds?charge={charge['id']}"
    )
