"""Encounters: visits with what was charged for them."""

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.models import Encounter, ServiceLine
from pops.core.imports.kinds import ENCOUNTERS
from pops.web.api.fields import Flag, Text
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import READ, RIGHT, WRITE, ListsRows, ManyRows, OneRow, narrowing
from pops.web.api.v1.accounts.said import EncounterAnswer, EncounterBody, EncounterBulk, EncounterItem
from pops.web.api.v1.accounts.shapes import EncounterShape

# With what was paid and what remains.
LINES = (
    ServiceLine.objects.select_related("statement")
    .annotate(  # type: ignore[no-redef]
        patient_paid_cents=F("owed__patient_paid_cents"), remaining_cents=F("owed__remaining_cents")
    )
    .order_by("line_number")
)
NAMED = ("patient__guarantor", "provider", "facility", "billing_provider", "referring_provider")
# The trial account's is nobody's visit.
ROWS = (
    Encounter.objects.filter(patient__guarantor__is_trial=False)
    .select_related(*NAMED)
    .prefetch_related(Prefetch("lines", LINES, to_attr="told_lines"))
)
NAMES = {
    "account_number": "patient__guarantor__account_number",
    "patient_number": "patient__number",
    "provider": "provider__name__iexact",
    "facility": "facility__name__iexact",
    "in_collections": "in_collections",
}
# Filters that say no more of a visit than is told of a confidential one.
TELL_NOTHING = {"account_number", "in_collections"}


class EncounterQuery(PageQuery):
    """Which visits are asked for."""

    account_number = Text(required=False, max_length=20, help_text="The guarantor's.")
    patient_number = Text(required=False, max_length=40)
    provider = Text(required=False, max_length=200, help_text="The provider's name.")
    facility = Text(required=False, max_length=200, help_text="The facility's name.")
    in_collections = Flag(required=False)


class Encounters(ListsRows):
    """The visits, each with its charges and what was paid on them."""

    rights = {"GET": "accounts.view_encounter"}
    shape, query = EncounterShape, EncounterQuery

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Encounter]:
        found = narrowing(asked, NAMES)
        rows = ROWS if len(found) == len(TELL_NOTHING & asked.keys()) else self.hide(ROWS)
        return rows.filter(**found)

    @operation(
        "list_encounters",
        "List visits",
        query=EncounterQuery,
        gives=page_of(EncounterShape),
        example=examples.page(examples.ENCOUNTER),
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneEncounter(OneRow):
    """One visit, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "accounts.view_encounter", "PUT": RIGHT}
    kind, shape, body, answer = ENCOUNTERS, EncounterShape, EncounterBody, EncounterAnswer
    said, example = examples.SAID_ENCOUNTER, examples.ENCOUNTER
    called = "visit"
    tells_words = True

    def find_rows(self) -> QuerySet[Encounter]:
        return ROWS


class ManyEncounters(ManyRows):
    """Up to a thousand visits at once."""

    kind, item, bulk = ENCOUNTERS, EncounterItem, EncounterBulk
    said, numbers = examples.SAID_ENCOUNTER, ("67563", "67563-1")
    called = "visits"
