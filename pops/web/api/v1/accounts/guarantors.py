"""Guarantors: who is responsible for balances."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.models import Guarantor, GuarantorMerge
from pops.core.accounts.search import find_guarantor_ids
from pops.core.imports.kinds import GUARANTORS
from pops.web.api.fields import Flag, Text
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import READ, RIGHT, WRITE, ListsRows, ManyRows, OneRow, narrowing
from pops.web.api.v1.accounts.said import GuarantorAnswer, GuarantorBody, GuarantorBulk, GuarantorItem
from pops.web.api.v1.accounts.shapes import GuarantorShape

MERGES = GuarantorMerge.objects.filter(merged=OuterRef("pk"), undone_at=None)
# Nobody answers for the account that the set-up guide pays by.
ROWS = (
    Guarantor.objects.filter(is_trial=False)
    .select_related("group")
    .annotate(merged_into=Subquery(MERGES.values("into__account_number")))
)
# Of those whom words find. Who finds as many asks for more words.
MOST_FOUND = 1_000


class GuarantorQuery(PageQuery):
    """Which guarantors are asked for."""

    search = Text(
        required=False, max_length=60, help_text="Words with which name, number, phone or a patient's name begin."
    )
    email = Text(required=False, max_length=254, help_text="The address, in whatever case.")
    group = Text(required=False, max_length=200, help_text="The POPS Group's name.")
    is_retired = Flag(required=False)


class Guarantors(ListsRows):
    """The guarantors, retired ones too."""

    rights = {"GET": "accounts.view_guarantor"}
    shape, query = GuarantorShape, GuarantorQuery

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Guarantor]:
        rows = ROWS
        if "search" in asked:
            sees = self.sees_confidential
            rows = rows.filter(pk__in=find_guarantor_ids(asked["search"], limit=MOST_FOUND, sees_confidential=sees))
        names = {"email": "email__iexact", "group": "group__name__iexact", "is_retired": "is_retired"}
        return rows.filter(**narrowing(asked, names))

    @operation(
        "list_guarantors",
        "List guarantors",
        query=GuarantorQuery,
        gives=page_of(GuarantorShape),
        example=examples.page(examples.GUARANTOR),
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneGuarantor(OneRow):
    """One guarantor, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "accounts.view_guarantor", "PUT": RIGHT}
    kind, shape, body, answer = GUARANTORS, GuarantorShape, GuarantorBody, GuarantorAnswer
    said, example = examples.SAID_GUARANTOR, examples.GUARANTOR

    def find_rows(self) -> QuerySet[Guarantor]:
        return ROWS


class ManyGuarantors(ManyRows):
    """Up to a thousand guarantors at once."""

    kind, item, bulk = GUARANTORS, GuarantorItem, GuarantorBulk
    said, numbers = examples.SAID_GUARANTOR, ("00123",)
