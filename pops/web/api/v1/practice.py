"""Groups, facilities and providers, as the practice set them up."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.practice.models import Facility, Group, Provider
from pops.service_accounts.scopes import Scope
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.practice_shapes import (
    FACILITY,
    GROUP,
    PROVIDER,
    FacilityShape,
    GroupShape,
    ProviderShape,
)
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

    @operation("get_group", "Read a POPS Group", gives=GroupShape, example=GROUP)
    def get(self, request: Request, group_id: int) -> Response:
        return self.give(GroupShape, get_object_or_404(Group, pk=group_id))


class Facilities(ListView):
    """Where the practice works, retired places too."""

    scopes = {"GET": Scope.PRACTICE_READ}
    rights = {"GET": "practice.view_facility"}
    shape, order = FacilityShape, ("id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Facility]:
        return Facility.objects.all()

    @operation(
        "list_facilities",
        "List facilities",
        query=PageQuery,
        gives=page_of(FacilityShape),
        example={"items": [FACILITY], "next": None},
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneFacility(ApiView):
    """One facility."""

    scopes = {"GET": Scope.PRACTICE_READ}
    rights = {"GET": "practice.view_facility"}

    @operation("get_facility", "Read a facility", gives=FacilityShape, example=FACILITY)
    def get(self, request: Request, facility_id: int) -> Response:
        return self.give(FacilityShape, get_object_or_404(Facility, pk=facility_id))


class Providers(ListView):
    """Who treats, or did."""

    scopes = {"GET": Scope.PRACTICE_READ}
    rights = {"GET": "practice.view_provider"}
    shape, order = ProviderShape, ("id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Provider]:
        return Provider.objects.all()

    @operation(
        "list_providers",
        "List providers",
        query=PageQuery,
        gives=page_of(ProviderShape),
        example={"items": [PROVIDER], "next": None},
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneProvider(ApiView):
    """One provider."""

    scopes = {"GET": Scope.PRACTICE_READ}
    rights = {"GET": "practice.view_provider"}

    @operation("get_provider", "Read a provider", gives=ProviderShape, example=PROVIDER)
    def get(self, request: Request, provider_id: int) -> Response:
        return self.give(ProviderShape, get_object_or_404(Provider, pk=provider_id))
