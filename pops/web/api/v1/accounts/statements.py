"""Statements that were sent."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.models import Statement
from pops.core.imports.kinds import STATEMENTS
from pops.web.api.fields import LocalDateField, Text
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import READ, RIGHT, WRITE, ListsRows, ManyRows, OneRow, narrowing
from pops.web.api.v1.accounts.said import StatementAnswer, StatementBody, StatementBulk, StatementItem
from pops.web.api.v1.accounts.shapes import StatementShape

ROWS = Statement.objects.select_related("guarantor")
NAMES = {
    "account_number": "guarantor__account_number",
    "from_date": "statement_date__gte",
    "until_date": "statement_date__lte",
}


class StatementQuery(PageQuery):
    """Which statements are asked for."""

    account_number = Text(required=False, max_length=20, help_text="The guarantor's.")
    from_date = LocalDateField(required=False, help_text="Those of this day and later.")
    until_date = LocalDateField(required=False, help_text="Those of this day and earlier.")


class Statements(ListsRows):
    """The statements."""

    rights = {"GET": "accounts.view_statement"}
    shape, query = StatementShape, StatementQuery

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Statement]:
        return ROWS.filter(**narrowing(asked, NAMES))

    @operation(
        "list_statements",
        "List statements",
        query=StatementQuery,
        gives=page_of(StatementShape),
        example=examples.page(examples.STATEMENT),
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneStatement(OneRow):
    """One statement, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "accounts.view_statement", "PUT": RIGHT}
    kind, shape, body, answer = STATEMENTS, StatementShape, StatementBody, StatementAnswer
    said, example = examples.SAID_STATEMENT, examples.STATEMENT

    def find_rows(self) -> QuerySet[Statement]:
        return ROWS


class ManyStatements(ManyRows):
    """Up to a thousand statements at once."""

    kind, item, bulk = STATEMENTS, StatementItem, StatementBulk
    said, numbers = examples.SAID_STATEMENT, ("S-1",)
