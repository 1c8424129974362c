"""The change feed, asked with a cursor."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from pops.changes.feed import PAGE, Cursor, CursorUnknown, FeedRestored, Page, read_cursor, read_page
from pops.changes.models import Change
from pops.changes.sequencing import is_far_behind, sequence_changes
from pops.service_accounts.scopes import Scope
from pops.web.api.problems import BadQuery, Problem
from pops.web.api.schema import PROBLEM, operation
from pops.web.api.v1.changes_shapes import CHANGES, ChangesQuery, ChangesShape
from pops.web.api.views import ApiView
from receipts.rows import find_uncounted

GONE = OpenApiResponse(
    {"$ref": "#/components/schemas/Problem"},
    description="A backup was restored since: read on from the address in the Link header.",
)


class Changes(ApiView):
    """What happened since a cursor: receipts, refunds, voids, batches, payments to review, accounts, in order.

    Nothing is missed and nothing told before it is committed. Keep `cursor` with what you made of the changes.
    """

    scopes = {"GET": Scope.CHANGES_READ}
    # It tells amounts of batches before they are counted: who counts blind must not add them up.
    rights = {
        "GET": (
            "receipts.view_receipt", "batches.view_referencebatch", "payments.view_payment", "accounts.view_guarantor",
            "batches.see_uncounted",
        )
    }  # fmt: skip

    @operation(
        "list_changes",
        "Follow the change feed",
        query=ChangesQuery,
        gives=ChangesShape,
        example=CHANGES,
        also={(410, PROBLEM): GONE},
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ChangesQuery)
        if not is_far_behind():
            sequence_changes()
        page = self._find(asked["after"], asked["limit"])
        headers = {"Link": _link(page.after, asked["limit"])} if page.has_more else {}
        told = {change.data["receipt"] for change in page.changes if "receipt" in change.data}
        return Response(_tell(page, find_uncounted(told, by=self.user)), headers=headers)

    def _find(self, after: str, limit: int) -> Page:
        """Raises BadQuery for a cursor that was never given, Problem 410 for one of a lost time."""
        try:
            return read_page(after=read_cursor(after), limit=limit)
        except CursorUnknown as unknown:
            raise BadQuery({"after": [{"message": unknown.words, "code": unknown.code}]}) from None
        except FeedRestored as lost:
            raise Problem(410, lost.code, lost.words, headers={"Link": _link(lost.restart, limit)}) from None


def _tell(page: Page, uncounted: set[int]) -> dict[str, Any]:
    """By hand: 500 changes through a serializer take longer than finding them. No amounts of receipts to be counted."""
    items = [_tell_change(change, page.cursor_of(change), uncounted) for change in page.changes]
    return {"items": items, "cursor": str(page.after), "has_more": page.has_more}


def _tell_change(change: Change, cursor: Cursor, uncounted: set[int]) -> dict[str, Any]:
    facts = {"id": change.event_id, "type": change.type, "at": change.moment}
    is_hidden = "amount_cents" in change.data and change.data.get("receipt") in uncounted
    data = {**change.data, "amount_cents": None} if is_hidden else change.data
    return {**facts, "cursor": str(cursor), "data": data}


def _link(cursor: Cursor, limit: int) -> str:
    """The call that reads on, with as many changes an answer as this one."""
    asked = {"after": str(cursor), **({} if limit == PAGE else {"limit": limit})}
    return f'<{settings.SITE_URL}/api/v1/changes?{urlencode(asked)}>; rel="next"'
