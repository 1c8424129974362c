"""Lists as files: what is filtered and searched, with the columns shown, for who may see the list and carry it away.

A file is made by a worker too, who has no request: the list is asked as that member of staff would ask it.
"""

import datetime as dt
import html
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeData
from django.utils.text import slugify

from batches.blind import hidden_batches
from payments.reports.runs.asking import why_not_export_more
from payments.reports.sources import Source, register_source
from payments.reports.tables import Column, Kind, Table
from pops.core.access.models import User
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from pops.web.backoffice.lists.sorting import SortedAsOffered

RIGHT = "reports.export_lists"
ODD = Refused("odd", "The address asked for a filter that can't be.")
BLIND = "Amounts of batches that you have still to count are left empty."
# Rows of the database at a time.
CHUNK = 2_000
KINDS: list[tuple[type[models.Field], Kind]] = [
    (models.DateTimeField, Kind.MOMENT),
    (models.DateField, Kind.DATE),
    (models.IntegerField, Kind.NUMBER),
]

# What a row says in a column.
Cell = Callable[[Any], Any]


class WholeList(SortedAsOffered):
    """A list as its address asks for it, without pages."""

    def get_results(self, request: HttpRequest) -> None:
        """None are read here: they are read while the file is written."""


class ExportRequest(HttpRequest):
    """A list's address, asked by a member of staff."""

    def __init__(self, path: str, question: str, user: User) -> None:
        super().__init__()
        self.method, self.path, self.user = "GET", path, user
        self.GET = QueryDict(question)
        self.resolver_match = resolve(path)


class ListSource(Source):
    """A list of the back office."""

    def __init__(self, model_admin: "ExportsList") -> None:
        self.admin = model_admin
        name = str(model_admin.opts.verbose_name_plural)
        self.slug, self.title = slugify(name), name[:1].upper() + name[1:]

    def may(self, user: User) -> bool:
        return user.has_perm(RIGHT) and self.admin.has_view_permission(self._ask("", user))

    def page(self, question: str) -> str:
        path = reverse(f"admin:{self.admin.opts.app_label}_{self.admin.opts.model_name}_changelist")
        return f"{path}?{question}" if question else path

    def count(self, question: str, *, user: User, today: dt.date) -> int | None:
        return self._list(question, user).queryset.order_by().count()

    def is_longer(self, most: int, question: str, *, user: User, today: dt.date) -> bool:
        return self._list(question, user).queryset.order_by()[: most + 1].count() > most

    def table(self, question: str, *, user: User, today: dt.date) -> Table:
        found = self._list(question, user)
        hidden = set(hidden_batches(user).values_list("pk", flat=True)) if self.admin.batch_path else set()
        pairs = [self.admin.export_cell(str(name)) for name in found.list_display]
        said = _say(found)
        if hidden:
            said.append(BLIND)
            pairs = [(column, _blinded(column, cell, self.admin.batch_path, hidden)) for column, cell in pairs]
        return Table(self.title, said, [column for column, _ in pairs], _rows(found, [cell for _, cell in pairs]))

    def _ask(self, question: str, user: User) -> ExportRequest:
        return ExportRequest(self.page(""), question, user)

    def _list(self, question: str, user: User) -> ChangeList:
        try:
            # Today is the practice's, as it is for who looks at the list.
            with timezone.override(ZoneInfo(get_practice().time_zone)):
                return self.admin.get_changelist_instance(self._ask(question, user))
        except (IncorrectLookupParameters, SuspiciousOperation, ValueError, OverflowError):
            raise ODD from None


class ExportsList(admin.ModelAdmin):
    """A list that can be exported. What a column says there is what it says here, as a plain value."""

    # Columns whose value isn't what stands in the list without its tags: their kind, and where a row has it.
    exported: ClassVar[dict[str, tuple[Kind, Cell]]] = {}
    # Where a row has the batch that its amounts are in: nobody sees one's amounts who has still to count it.
    batch_path: ClassVar[str] = ""
    # How a page of it is found.
    paged: ClassVar[type[ChangeList]] = SortedAsOffered

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.source = register_source(ListSource(self))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WholeList if isinstance(request, ExportRequest) else self.paged

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with its Export for who may."""
        asked = request.GET.copy()
        for name in ("p", "e"):  # the page, and that an address was odd
            asked.pop(name, None)
        shown = {"export": self._offer(asked.urlencode(), request.user)} if request.user.has_perm(RIGHT) else {}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def _offer(self, question: str, user: Any) -> dict[str, Any]:
        words = "What is listed here, all pages of it, with the columns shown."
        refusal = why_not_export_more(by=user, now=timezone.now())
        return {"source": self.source, "question": question, "words": words, "refusal": refusal}

    def export_cell(self, name: str) -> tuple[Column, Cell]:
        """A column of the list, and what a row says in it."""
        label = str(label_for_field(name, self.model, self))
        kind, cell = self.exported.get(name) or self._field_cell(name) or self._shown_cell(name)
        return Column(name, label[:1].upper() + label[1:], kind), cell

    def _field_cell(self, name: str) -> tuple[Kind, Cell] | None:
        try:
            field: Any = self.opts.get_field(name)
        except FieldDoesNotExist:
            return None
        if field.choices:
            return Kind.TEXT, lambda row: getattr(row, f"get_{name}_display")()
        if field.is_relation:
            return Kind.TEXT, lambda row: _text(getattr(row, name))
        if isinstance(field, models.BooleanField):
            return Kind.TEXT, lambda row: "Yes" if getattr(row, name) else "No"
        kind = next((kind for kinds, kind in KINDS if isinstance(field, kinds)), Kind.TEXT)
        return kind, attrgetter(name)

    def _shown_cell(self, name: str) -> tuple[Kind, Cell]:
        """Of what a method shows: the cents that it is sorted by, else its words."""
        method = getattr(self, name)
        order = str(getattr(method, "admin_order_field", ""))
        if order.endswith("_cents"):
            return Kind.CENTS, attrgetter(order)
        return Kind.TEXT, lambda row: _text(method(row))


def _text(value: Any) -> str:
    """What stands in a cell, without its tags."""
    if value is None:
        return ""
    words = str(value)
    return html.unescape(strip_tags(words.replace("<br>", ", "))) if isinstance(value, SafeData) else words


def _rows(found: ChangeList, cells: Sequence[Cell]) -> Iterator[Sequence[Any]]:
    for row in found.queryset.iterator(chunk_size=CHUNK):
        yield [cell(row) for cell in cells]


def _blinded(column: Column, cell: Cell, path: str, hidden: set[int]) -> Cell:
    return partial(_unless_hidden, cell, path.split("."), hidden) if column.kind is Kind.CENTS else cell


def _unless_hidden(cell: Cell, path: Sequence[str], hidden: set[int], row: Any) -> Any:
    found = row
    for name in path:
        found = getattr(found, name, None)
    return None if found in hidden else cell(row)


def _say(found: ChangeList) -> list[str]:
    """What is searched and filtered, a sentence each."""
    said = [f"Searched for: {found.query}"] if found.query else []
    known = set()
    for spec in found.filter_specs:
        known |= set(spec.expected_parameters())
        chosen = [choice for choice in spec.choices(found) if choice["selected"]]
        if set(spec.expected_parameters()) & set(found.params) and chosen:
            said.append(f"{str(spec.title).capitalize()}: {', '.join(str(one['display']) for one in chosen)}")
    for name, values in found.get_filters_params().items():
        if name not in known:
            said.append(f"{name.replace('__exact', '').replace('__', ' ').capitalize()}: {', '.join(map(str, values))}")
    return said or ["All rows, without a filter"]
