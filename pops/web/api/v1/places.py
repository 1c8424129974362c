"""Facilities and providers, by their numbers in the practice's own system."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.imports.places import FACILITIES, PROVIDERS
from pops.core.practice.models import Facility, Provider
from pops.service_accounts.scopes import Scope
from pops.web.api.fields import Flag
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import ManyRows, OneRow, narrowing
from pops.web.api.v1.practice_shapes import (
    FACILITY,
    PROVIDER,
    FacilityAnswer,
    FacilityBody,
    FacilityBulk,
    FacilityItem,
    FacilityShape,
    ProviderAnswer,
    ProviderBody,
    ProviderBulk,
    ProviderItem,
    ProviderShape,
)
from pops.web.api.views import ListView

READ, WRITE = Scope.PRACTICE_READ, Scope.PRACTICE_WRITE
FACILITY_PAGE, PROVIDER_PAGE = examples.page(FACILITY), examples.page(PROVIDER)
NAMES = {"is_retired": "is_retired"}
SAID_FACILITY = {
    "facility_number": "F-1",
    "name": "Lakeside Main Clinic",
    "address": "12 Shore Road, Lakeside",
    "nickname": "Main",
}
SAID_PROVIDER = {"provider_number": "D-1", "name": "Priya Raman, MD"}


class PlaceQuery(PageQuery):
    """Which are asked for."""

    is_retired = Flag(required=False)


class Facilities(ListView):
    """Where the practice works, retired places too."""

    scopes = {"GET": READ}
    rights = {"GET": "practice.view_facility"}
    shape, query, order = FacilityShape, PlaceQuery, ("id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Facility]:
        return Facility.objects.filter(**narrowing(asked, NAMES))

    @operation(
        "list_facilities",
        "List facilities",
        query=PlaceQuery,
        gives=page_of(FacilityShape),
        example=FACILITY_PAGE,
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneFacility(OneRow):
    """A facility, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "practice.view_facility", "PUT": ("practice.add_facility", "practice.change_facility")}
    kind, shape, body, answer = FACILITIES, FacilityShape, FacilityBody, FacilityAnswer
    said, example = SAID_FACILITY, FACILITY

    def find_rows(self) -> QuerySet[Facility]:
        return Facility.objects.all()


class ManyFacilities(ManyRows):
    """Up to a thousand facilities at once."""

    scopes = {"POST": WRITE}
    rights = {"POST": ("practice.add_facility", "practice.change_facility")}
    kind, item, bulk = FACILITIES, FacilityItem, FacilityBulk
    said, numbers = SAID_FACILITY, ("F-1",)


class Providers(ListView):
    """Who treats, or did."""

    scopes = {"GET": READ}
    rights = {"GET": "practice.view_provider"}
    shape, query, order = ProviderShape, PlaceQuery, ("id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Provider]:
        return Provider.objects.filter(**narrowing(asked, NAMES))

    @operation(
        "list_providers",
        "List providers",
        query=PlaceQuery,
        gives=page_of(ProviderShape),
        example=PROVIDER_PAGE,
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneProvider(OneRow):
    """A provider, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "practice.view_provider", "PUT": ("practice.add_provider", "practice.change_provider")}
    kind, shape, body, answer = PROVIDERS, ProviderShape, ProviderBody, ProviderAnswer
    said, example = SAID_PROVIDER, PROVIDER

    def find_rows(self) -> QuerySet[Provider]:
        return Provider.objects.all()


class ManyProviders(ManyRows):
    """Up to a thousand providers at once."""

    scopes = {"POST": WRITE}
    rights = {"POST": ("practice.add_provider", "practice.change_provider")}
    kind, item, bulk = PROVIDERS, ProviderItem, ProviderBulk
    said, numbers = SAID_PROVIDER, ("D-1",)
