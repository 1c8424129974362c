"""Counting a Reference Batch, closing it over its count, opening it again."""

import json

from rest_framework.request import Request
from rest_framework.response import Response

from batches.closing import close_batch
from batches.counting import count_batch
from batches.models import BatchCount
from batches.reopening import reopen_batch
from batches.rows import get_row
from batches.selectors import find_counts
from pops.core.refusals import Refused
from pops.service_accounts.scopes import Scope
from pops.web.api.etags import check_match
from pops.web.api.idempotency import once
from pops.web.api.schema import operation
from pops.web.api.v1.batches import BatchView, answer_batch
from pops.web.api.v1.batches_examples import BATCH, CLOSED, COUNTED, COUNTED_NOW
from pops.web.api.v1.batches_shapes import BatchShape, what_people_say
from pops.web.api.v1.closing_shapes import (
    AllCountsShape,
    CloseShape,
    CountedNowShape,
    CountShape,
    tell_count,
    tell_new_count,
)
from pops.web.api.v1.corrections_shapes import ReasonShape
from pops.web.problems import CONTENT_TYPE, say_problem
from receipts.documents.calls import queue_close_documents


class Counts(BatchView):
    """Counting a batch."""

    scopes = {"GET": Scope.BATCHES_READ, "POST": Scope.BATCHES_WRITE}
    rights = {"GET": "batches.view_referencebatch", "POST": "batches.reconcile_batch"}

    @operation("list_counts", "List the counts of a batch", gives=AllCountsShape, example={"items": [COUNTED]})
    def get(self, request: Request, batch_id: int) -> Response:
        """Every count, the first one first."""
        return Response(AllCountsShape({"items": [tell_count(count) for count in find_counts(self.find_batch())]}).data)

    @operation(
        "count_batch",
        "Count a Reference Batch",
        asks=CountShape,
        asked={"cash_cents": 42_150, "check_cents": 142_100, "card_cents": 0, "other_cents": 0},
        gives=CountedNowShape,
        example=COUNTED_NOW,
        status=201,
    )
    @once
    def post(self, request: Request, batch_id: int) -> Response:
        """It is kept, whatever comes of it, and what was expected is told with the answer. To count again says why."""
        count = count_batch(batch_id=self.find_batch().pk, by=self.user, **self.read(CountShape))
        return Response(CountedNowShape(tell_new_count(count)).data, status=201)


class Close(BatchView):
    """Closing a batch."""

    scopes = {"POST": Scope.BATCHES_WRITE}
    rights = {"POST": ("batches.reconcile_batch", "batches.close_batch")}

    @operation(
        "close_batch",
        "Close a Reference Batch",
        asks=CloseShape,
        asked={"counted": {"cash_cents": 42_150, "check_cents": 142_100, "card_cents": 0, "other_cents": 0}},
        gives=BatchShape,
        example=CLOSED,
        matched=True,
    )
    @once
    def post(self, request: Request, batch_id: int) -> Response:
        """Over a count, or one that comes with it: it is kept even when the close is refused, as by a difference that
        nobody explained. Then the answer names it, and the close is sent again over it, with a note.
        """
        asked, batch = self.read(CloseShape), self.find_batch()
        check_match(request, what_people_say(get_row(batch.pk, by=self.user)), required=False)
        counted, count_id = asked.pop("counted", None), asked.pop("count", None)
        count = count_batch(batch_id=batch.pk, by=self.user, **counted) if counted else None
        asked.pop("currency")
        try:
            close_batch(
                batch_id=batch.pk, now=self.now, by=self.user, count_id=count.pk if count else count_id, **asked
            )
        except Refused as refusal:
            return _keep_count(refusal, count)
        queue_close_documents()
        return answer_batch(self, batch.pk)


def _keep_count(refusal: Refused, count: BatchCount | None) -> Response:
    """The refusal as an answer, so that the count which came with it is committed. Raises it where none came."""
    if count is None:
        raise refusal
    words = f"It is kept as count {count.pk}: send `count` instead of `counted`."
    errors = [{"pointer": "#/counted", "detail": words, "code": "count_kept", "count": str(count.pk)}]
    said = json.loads(say_problem(409, refusal.code, refusal.words, errors=errors).content)
    return Response(said, status=409, content_type=CONTENT_TYPE)


class Reopen(BatchView):
    """Opening a closed batch again."""

    scopes = {"POST": Scope.BATCHES_WRITE}
    rights = {"POST": "batches.reopen_batch"}

    @operation(
        "reopen_batch",
        "Reopen a Reference Batch",
        asks=ReasonShape,
        asked={"reason": "A check was forgotten."},
        gives=BatchShape,
        example=BATCH,
        matched=True,
    )
    @once
    def post(self, request: Request, batch_id: int) -> Response:
        """Its close is kept with its count; it is counted and closed anew. Not while its files are still being made."""
        batch = self.find_batch()
        check_match(request, what_people_say(get_row(batch.pk, by=self.user)), required=False)
        reopen_batch(batch_id=batch.pk, reason=self.read(ReasonShape)["reason"], by=self.user)
        return answer_batch(self, batch.pk)
