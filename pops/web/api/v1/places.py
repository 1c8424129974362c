"""Facilities and providers, by their numbers in the practice's own system."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.imports.places import FACILITIES, PROVIDERS
from pops.core.practice.models import Facility, Provider
from pops.service_accounts.scopes import Scope
from pops.web.api.fields import Flag
from pops.web.api.idempotency import once
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import ManyRows, OneRow, made_too, narrowing
from pops.web.api.v1.accounts.said import BulkResultShape
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
SAID_FACILITY = {"name": "Lakeside Main Clinic", "address": "12 Shore Road, Lakeside", "nickname": "Main"}
SAID_PROVIDER = {"name": "Priya Raman, MD"}


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
    kind, shape, body = FACILITIES, FacilityShape, FacilityBody

    def find_rows(self) -> QuerySet[Facility]:
        return Facility.objects.all()

    @operation("get_facility", "Read a facility", gives=FacilityShape, example=FACILITY)
    def get(self, request: Request, facility_number: str) -> Response:
        return self.give_row()

    @operation(
        "put_facility",
        "Bring a facility up to date, or make it",
        asks=FacilityBody,
        asked=SAID_FACILITY,
        gives=FacilityAnswer,
        example=examples.answer(FACILITY),
        also=made_too(FacilityAnswer),
        matched=True,
    )
    @once
    def put(self, request: Request, facility_number: str) -> Response:
        return self.put_row(request)


class ManyFacilities(ManyRows):
    """Up to a thousand facilities at once."""

    scopes = {"POST": WRITE}
    rights = {"POST": ("practice.add_facility", "practice.change_facility")}
    kind, item, bulk = FACILITIES, FacilityItem, FacilityBulk

    @operation(
        "bring_facilities",
        "Bring up to 1,000 facilities up to date, or make them",
        asks=FacilityBulk,
        asked={"items": [{"facility_number": "F-1", **SAID_FACILITY}]},
        gives=BulkResultShape,
        example=examples.bulk("F-1"),
    )
    @once
    def post(self, request: Request) -> Response:
        return self.post_rows()


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
    kind, shape, body = PROVIDERS, ProviderShape, ProviderBody

    def find_rows(self) -> QuerySet[Provider]:
        return Provider.objects.all()

    @operation("get_provider", "Read a provider", gives=ProviderShape, example=PROVIDER)
    def get(self, request: Request, provider_number: str) -> Response:
        return self.give_row()

    @operation(
        "put_provider",
        "Bring a provider up to date, or make it",
        asks=ProviderBody,
        asked=SAID_PROVIDER,
        gives=ProviderAnswer,
        example=examples.answer(PROVIDER),
        also=made_too(ProviderAnswer),
        matched=True,
    )
    @once
    def put(self, request: Request, provider_number: str) -> Response:
        return self.put_row(request)


class ManyProviders(ManyRows):
    """Up to a thousand providers at once."""

    scopes = {"POST": WRITE}
    rights = {"POST": ("practice.add_provider", "practice.change_provider")}
    kind, item, bulk = PROVIDERS, ProviderItem, ProviderBulk

    @operation(
        "bring_providers",
        "Bring up to 1,000 providers up to date, or make them",
        asks=ProviderBulk,
        asked={"items": [{"provider_number": "D-1", **SAID_PROVIDER}]},
        gives=BulkResultShape,
        example=examples.bulk("D-1"),
    )
    @once
    def post(self, request: Request) -> Response:
        return self.post_rows()
