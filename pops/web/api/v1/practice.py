"""POPS Groups, as the practice set them up. They are read here: their look and options are set where they are seen."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.practice.models import Group
from pops.service_accounts.scopes import Scope
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.practice_shapes import GROUP, GroupShape
from pops.web.api.views import ApiView, ListView


class Groups(ListView):
    """The POPS Groups."""

    scopes = {"GET": Scope.PRACTICE_READ}
    rights = {"GET": "practice.view_group"}
    shape, order = GroupShape, ("id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Group]:
        return Group.objects.all()

    @operation(
        "list_groups",
        "List POPS Groups",
        query=PageQuery,
        gives=page_of(GroupShape),
        example={"items": [GROUP], "next": None},
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneGroup(ApiView):
    """One POPS Group."""

    scopes = {"GET": Scope.PRACTICE_READ}
    rights = {"GET": "practice.view_group"}

    @operation("get_group", "Read a POPS Group", gives=GroupShape, example=GROUP, tagged=True)
    def get(self, request: Request, group_id: int) -> Response:
        return self.give(GroupShape, get_object_or_404(Group, pk=group_id))
