"""Reading a list page by page by its keys: page 10,000 costs what the first one does, and no row is seen twice."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from pops.web.api.fields import Query, Text, Whole
from pops.web.api.problems import BadQuery

MOST = 500
USUAL = 100


class PageQuery(Query):
    """Which part of a list. Lists that can be filtered add their own."""

    limit = Whole(min_value=1, max_value=MOST, default=USUAL, help_text="Rows a page.")
    after = Text(
        required=False, max_length=120, help_text="Where the last page ended: take it from `next`, as it stands there."
    )


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the mark after which the others come, if there are any."""

    rows: Sequence[Any]
    mark: str

    def next_address(self, request: Request) -> str | None:
        """The whole address of the next page, with the filters of this one."""
        if not self.mark:
            return None
        query = request.query_params.copy()
        query["after"] = self.mark
        return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"


def read_page(rows: QuerySet[Any], asked: dict[str, Any], *, order: Sequence[str]) -> Page:
    """The rows after the mark, as many as asked for. Raises BadQuery for a mark that is none of ours."""
    limit = asked["limit"]
    if mark := asked.get("after"):
        rows = rows.filter(_after(_read_mark(mark, rows, order), order))
    found = list(rows.order_by(*order)[: limit + 1])
    has_more = len(found) > limit
    return Page(found[:limit], _make_mark(found[limit - 1], order) if has_more else "")


def _after(values: Sequence[Any], order: Sequence[str]) -> Q:
    """Which rows come after one: the first field decides, among equals the next one."""
    after, same = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name, ending = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
        after |= same & Q(**{f"{name}__{ending}": value})
        same &= Q(**{name: value})
    # Said once more for the planner: the index is entered at the right place.
    name, ending = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{name}__{ending}": values[0]}) & after


def _make_mark(row: Any, order: Sequence[str]) -> str:
    values = [getattr(row, field.lstrip("-")) for field in order]
    text = json.dumps([value.isoformat() if isinstance(value, dt.date) else value for value in values], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_mark(mark: str, rows: QuerySet[Any], order: Sequence[str]) -> list[Any]:
    try:
        values = json.loads(base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True))
        fields = [rows.model._meta.get_field(field.lstrip("-")) for field in order]
        if not isinstance(values, list) or len(values) != len(order) or "\0" in str(values):
            raise ValueError
        return [_fit(field, value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, ValidationError):
        detail = {"message": "This is no mark of this list. Take it from `next`.", "code": "invalid"}
        raise BadQuery({"after": [detail]}) from None


def _fit(field: Any, value: Any) -> Any:
    """The value as the field has it, within what it can hold. Raises ValueError or ValidationError."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError
    fitted = field.to_python(value)
    if isinstance(fitted, int) and not -(2**63) <= fitted < 2**63:
        raise ValueError
    if isinstance(fitted, dt.date) and not 1900 <= fitted.year <= 2200:  # as LocalDateField and MomentField have it
        raise ValueError
    return fitted
