"""Reference Batches: read, opened, attached, described anew."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from batches.holding import lock_batch
from batches.models import ReferenceBatch
from batches.rows import NEWEST_FIRST, Wanted, find_wanted, get_row, make_breakdown, make_row
from batches.selectors import find_closes, find_counts
from batches.working import attach_batch, attach_earlier_batch, change_desk_batch, open_desk_batch
from pops.service_accounts.scopes import Scope
from pops.web.api.etags import answer_tagged, check_match
from pops.web.api.idempotency import once
from pops.web.api.permissions import need_right
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.batches_examples import BATCH, BREAKDOWN
from pops.web.api.v1.batches_shapes import (
    AttachShape,
    BatchChangeShape,
    BatchOpenShape,
    BatchQuery,
    BatchShape,
    BreakdownShape,
    what_people_say,
)
from pops.web.api.v1.closing_shapes import tell_close, tell_count
from pops.web.api.views import ApiView, ListView

EARLIER = "batches.attach_earlier"


class Batches(ListView):
    """All Reference Batches."""

    scopes = {"GET": Scope.BATCHES_READ, "POST": Scope.BATCHES_WRITE}
    rights = {"GET": "batches.view_referencebatch", "POST": "batches.open_batch"}
    shape, query, order = BatchShape, BatchQuery, NEWEST_FIRST
    kept_facility = None

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[ReferenceBatch]:
        wanted = {name: value for name, value in asked.items() if name in Wanted.__annotations__}
        return find_wanted(Wanted(**wanted), by=self.user)

    def tell(self, rows: Any) -> Any:
        return BatchShape([make_row(row) for row in rows], many=True).data

    @operation(
        "list_batches",
        "List Reference Batches",
        query=BatchQuery,
        gives=page_of(BatchShape),
        example={"items": [BATCH], "next": None},
    )
    def get(self, request: Request) -> Response:
        """The newest first."""
        return self.answer_page()

    @operation(
        "open_batch",
        "Open a Reference Batch",
        asks=BatchOpenShape,
        asked={"description": "Mail of Monday", "reference_total_cents": 184_250},
        gives=BatchShape,
        example=BATCH,
        status=201,
    )
    @once
    def post(self, request: Request) -> Response:
        """One of today, in which the account works from now on."""
        asked = self.read(BatchOpenShape)
        asked.pop("currency")
        batch = open_desk_batch(today=self.today, by=self.user, **asked)
        return answer_batch(self, batch.pk, status=201)


class BatchView(ApiView):
    """One batch."""

    # Retired since, perhaps: it stays where it is.
    kept_facility: int | None = None

    def find_batch(self) -> ReferenceBatch:
        """Raises Http404."""
        return get_object_or_404(ReferenceBatch, pk=self.kwargs["batch_id"])


class OneBatch(BatchView):
    """One Reference Batch, and what is said about it."""

    scopes = {"GET": Scope.BATCHES_READ, "PATCH": Scope.BATCHES_WRITE}
    rights = {"GET": "batches.view_referencebatch", "PATCH": "batches.open_batch"}

    @operation("get_batch", "Read a Reference Batch", gives=BatchShape, example=BATCH, tagged=True)
    def get(self, request: Request, batch_id: int) -> Response:
        """If-Match looks at what people write about it and how it stands, not at the money in it."""
        return answer_batch(self, batch_id)

    @operation(
        "change_batch",
        "Describe a Reference Batch anew",
        asks=BatchChangeShape,
        asked={"note": "Two checks came late."},
        gives=BatchShape,
        example=BATCH,
        must_match=True,
    )
    @once
    def patch(self, request: Request, batch_id: int) -> Response:
        """While it is open. What is left out stays."""
        batch = lock_batch(batch_id=self.find_batch().pk)
        check_match(request, what_people_say(get_row(batch_id, by=self.user)))
        self.kept_facility = batch.facility_id
        kept: dict[str, Any] = {"description": batch.description, "facility": batch.facility, "note": batch.note}
        kept["reference_total_cents"] = batch.reference_total_cents
        asked = self.read(BatchChangeShape)
        asked.pop("currency", None)
        change_desk_batch(batch_id=batch.pk, **{**kept, **asked})
        return answer_batch(self, batch.pk)


class Breakdown(BatchView):
    """A Reference Batch taken apart."""

    scopes = {"GET": Scope.BATCHES_READ}
    rights = {"GET": "batches.view_referencebatch"}

    @operation("get_batch_breakdown", "Read the breakdown of a batch", gives=BreakdownShape, example=BREAKDOWN)
    def get(self, request: Request, batch_id: int) -> Response:
        """Summed now, with every count and close of it."""
        batch = self.find_batch()
        counts = [tell_count(count) for count in find_counts(batch)]
        closes = [tell_close(close) for close in find_closes(batch)]
        row = {**make_breakdown(batch, by=self.user), "counts": counts, "closes": closes}
        return Response(BreakdownShape(row).data)


class Attach(BatchView):
    """Working in a batch."""

    scopes = {"POST": Scope.BATCHES_WRITE}
    rights = {"POST": "batches.open_batch"}

    @operation("attach_batch", "Work in a Reference Batch", asks=AttachShape, asked={}, gives=BatchShape, example=BATCH)
    @once
    def post(self, request: Request, batch_id: int) -> Response:
        """An open one of today: what the account takes, voids or refunds from now on goes into it, and into no other.

        One of an earlier day takes a reason, and the right `batches.attach_earlier`: what is taken counts for that day.
        """
        reason, batch = self.read(AttachShape)["reason"], self.find_batch()
        if reason and batch.batch_date < self.today:
            need_right(EARLIER, user=self.user)
            attach_earlier_batch(batch_id=batch.pk, reason=reason, today=self.today, by=self.user)
        else:
            attach_batch(batch_id=batch.pk, today=self.today, by=self.user)
        return answer_batch(self, batch.pk)


def answer_batch(view: ApiView, batch_id: int, *, status: int = 200) -> Response:
    """A batch as it is now. Raises ReferenceBatch.DoesNotExist."""
    row = get_row(batch_id, by=view.user)
    headers = {"Location": reverse("api:batch", args=[batch_id])} if status == 201 else None
    return answer_tagged(view.request, BatchShape(row).data, of=what_people_say(row), status=status, headers=headers)
