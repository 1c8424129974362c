"""What all of these have in common: they are read by the practice system's own numbers, and brought by them."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.confidential import without_hidden
from pops.core.imports.columns import Kind
from pops.core.imports.kinds import SERVICE_LINES
from pops.core.imports.upserts import Became, Outcome, RowsRefused, upsert_rows
from pops.service_accounts.scopes import Scope
from pops.web.api.etags import check_match, make_tag
from pops.web.api.fields import Shape
from pops.web.api.idempotency import once
from pops.web.api.problems import Problem
from pops.web.api.schema import operation
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.rows import Item, Reader, point_at, say_all, say_counts, say_result
from pops.web.api.v1.accounts.said import MOST_ITEMS, MOST_ROWS, BulkResultShape, LineItem
from pops.web.api.views import ApiView, ListView

READ, WRITE = Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE
# As for the import of a file, whose rules these calls go by.
RIGHT = "imports.import_accounts"


def narrowing(asked: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The lookups of the filters that are asked for, by their names."""
    return {lookup: asked[name] for name, lookup in names.items() if name in asked}


def with_article(noun: str) -> str:
    """A patient, an appointment."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def reader_of(kind: Kind, shape: type[Shape]) -> Reader:
    """What reads items of a kind; of visits, their charges too."""
    return Reader(kind, shape, lines=Reader(SERVICE_LINES, LineItem) if "lines" in shape().fields else None)


class ListsRows(ListView):
    """Rows page by page, in the order in which they came."""

    scopes = {"GET": READ}
    order = ("id",)

    def hide(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows without those whose words the key may not see: a filter by such words would tell them."""
        return rows if self.sees_confidential else without_hidden(rows)


class BringsRows(ApiView):
    """Brings rows by the rules of an import."""

    def bring(self, items: Sequence[Item], **how: Any) -> list[Outcome]:
        """What became of the items' rows, in their order. Raises Problem, Refused, RowsRefused."""
        rows = list(chain.from_iterable(item.walk() for item in items))
        if len(items) > MOST_ITEMS or len(rows) > MOST_ROWS:
            words = f"One call brings {MOST_ITEMS:,} items at most, and {MOST_ROWS:,} with the charges of visits."
            raise Problem(422, "too_many", words)
        sees, reason = self.sees_confidential, f"API: {self.account}"
        return upsert_rows(rows=rows, sees_confidential=sees, reason=reason, now=self.now, by=self.user, **how)


class OneRow(BringsRows):
    """One row, by its number in the practice's own system.

    A class says the kind, how a row looks (`shape`), what is said of one (`body`) and answered (`answer`), with an
    example of a row and of what is said (`example`, `said`); what it is `called` where that isn't the kind's name. Its
    methods are made of these.
    """

    kind: ClassVar[Kind]
    shape: ClassVar[type[Shape]]
    body: ClassVar[type[Shape]]
    answer: ClassVar[type[Shape]]
    said: ClassVar[dict[str, Any]]
    example: ClassVar[dict[str, Any]]
    called = ""
    # Whether the answer has words that a key may not see: see once().
    tells_words = False
    get: ClassVar[Any]
    put: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        called = with_article(cls.called or cls.kind.one)
        cls.get, cls.put = _make_get(cls, called), _make_put(cls, called)

    def find_rows(self) -> QuerySet[Any]:
        """The rows, with all that is told of them."""
        raise NotImplementedError

    @property
    def number(self) -> str:
        """Which one the address names."""
        return str(self.kwargs[self.kind.key[0]])

    def give_row(self) -> Response:
        """How it is now."""
        return self.give(self.shape, get_object_or_404(self._named(self.find_rows())))

    def put_row(self, request: Request) -> Response:
        """Bring it up to date: all that is said of it, or nothing. Raises Problem."""
        item = reader_of(self.kind, self.body).read(request.data, **{self.kind.key[0]: self.number})
        try:
            outcomes = self.bring([item], is_whole=True, when_held=lambda: self._check_match(request))
        except RowsRefused as refused:
            raise _say_refused(item, refused.outcomes) from None
        return self._answer(outcomes)

    def _named(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(**{self.kind.by_name[self.kind.key[0]].target: self.number})

    def _check_match(self, request: Request) -> None:
        if "If-Match" not in request.headers:
            return
        row = self._named(self.find_rows()).select_for_update(of=("self",), no_key=True).first()
        if row is None:
            raise Problem(412, "changed", "There is none by this number yet.")
        check_match(request, self._tell(row))

    def _tell(self, row: Model) -> Any:
        return self.shape(row, context={"view": self}).data

    def _answer(self, outcomes: Sequence[Outcome]) -> Response:
        data = self._tell(self._named(self.find_rows()).get())
        became = _sum_up(outcomes)
        notices = [said for outcome in outcomes[:1] for said in say_all(self.kind, outcome.notices)]
        notices += [said for outcome in outcomes[1:] for said in say_all(SERVICE_LINES, outcome.notices)]
        answer = {"status": became.value, "notices": notices, "data": data}
        return Response(answer, 201 if became is Became.CREATED else 200, headers={"ETag": make_tag(data)})


class ManyRows(BringsRows):
    """Up to a thousand rows of a kind; what is wrong with one refuses that one.

    A class says the kind, what an item is and the list of them, with an example: an item, and the numbers of the
    row and of the charges in it. Its method is made of these.
    """

    scopes = {"POST": WRITE}
    rights = {"POST": RIGHT}
    kind: ClassVar[Kind]
    item: ClassVar[type[Shape]]
    bulk: ClassVar[type[Shape]]
    said: ClassVar[dict[str, Any]]
    numbers: ClassVar[tuple[str, ...]]
    called = ""
    post: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.post = _make_post(cls)

    def post_rows(self) -> Response:
        """Bring them, and say what became of each. Raises Problem."""
        reader = reader_of(self.kind, self.item)
        items = [reader.read(one) for one in self.read(self.bulk)["items"]]
        outcomes = self.bring(items, is_whole=False)
        told = iter(outcomes)
        return Response({"counts": say_counts(outcomes), "results": [say_result(item, told) for item in items]})


def _make_get(view: type[OneRow], called: str) -> Any:
    @operation(f"get_{view.kind.one}", f"Read {called}", gives=view.shape, example=view.example, tagged=True)
    def get(self: OneRow, request: Request, **number: Any) -> Response:
        return self.give_row()

    return get


def _make_put(view: type[OneRow], called: str) -> Any:
    @operation(
        f"put_{view.kind.one}",
        f"Bring {called} up to date, or make it",
        asks=view.body,
        asked=examples.without(view.said, view.kind.key[0]),
        gives=view.answer,
        example=examples.answer(view.example),
        also={201: OpenApiResponse(view.answer, description="It was made.")},
        matched=True,
    )
    @once(tells_words=view.tells_words)
    def put(self: OneRow, request: Request, **number: Any) -> Response:
        return self.put_row(request)

    return put


def _make_post(view: type[ManyRows]) -> Any:
    @operation(
        f"bring_{view.kind.name}",
        f"Bring up to 1,000 {view.called or view.kind.name} up to date, or make them",
        asks=view.bulk,
        asked={"items": [view.said]},
        gives=BulkResultShape,
        example=examples.bulk(*view.numbers),
    )
    @once
    def post(self: ManyRows, request: Request) -> Response:
        return self.post_rows()

    return post


def _say_refused(item: Item, outcomes: Sequence[Outcome]) -> Problem:
    errors = list(point_at(item, outcomes))
    return Problem(422, "invalid", "Something in the body can't be. Nothing was changed.", errors=errors)


def _sum_up(outcomes: Sequence[Outcome]) -> Became:
    """What became of a row with those that stand in it: one of them that is new changes it."""
    first, *others = outcomes
    is_changed = any(outcome.became is not Became.UNCHANGED for outcome in others)
    return Became.UPDATED if first.became is Became.UNCHANGED and is_changed else first.became
