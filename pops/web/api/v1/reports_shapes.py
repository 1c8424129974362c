"""How a report is told: what was asked, in words, its totals, and a page of its rows."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.reports.tables import Kind
from pops.web.api.fields import Choice, CurrencyField, Shape, Text

KINDS = "text, number, cents, date or moment: what the values are. A date is the practice's, a moment in UTC."
VALUES = "By the columns' names; null where there is none."


@extend_schema_field({"type": ["string", "number", "null"]})
class CellField(serializers.JSONField):
    """A value of a row."""


class ReportFilterShape(Shape):
    """Something that a report can be asked for."""

    names = serializers.ListField(child=Text(), help_text="What stands behind the question mark for it.")
    label = Text()  # type: ignore[assignment]  # the field is called so
    help = Text()


class ReportShape(Shape):
    """A report that this account may ask."""

    name = Text(help_text="Its address is /api/v1/reports/<name>.")
    title = Text()
    lead = Text()
    filters = ReportFilterShape(many=True)
    total_by = serializers.ListField(child=Text(), help_text="What `by` may name, with commas between.")
    sorts = serializers.ListField(child=Text(), help_text="What `sort` may name; a minus before it turns it round.")


class ReportListShape(Shape):
    """The reports that this account may ask."""

    items = ReportShape(many=True)


class ReportColumnShape(Shape):
    """A column, or a sum."""

    name = Text()
    label = Text()  # type: ignore[assignment]  # the field is called so
    kind = Choice(choices=[kind.value for kind in Kind], help_text=KINDS)


class ReportGroupShape(Shape):
    """The sums of one group."""

    group = Text()
    sums = serializers.DictField(child=serializers.IntegerField(allow_null=True), help_text="By the measures' names.")


class ReportSectionShape(Shape):
    """Totals by something."""

    name = Text()
    label = Text()  # type: ignore[assignment]  # the field is called so
    measures = ReportColumnShape(many=True)
    groups = ReportGroupShape(many=True)
    rest = serializers.DictField(
        child=serializers.IntegerField(allow_null=True), allow_null=True, help_text="Of groups beyond the 500 shown."
    )


class ReportAnswerShape(Shape):
    """The answer: totals of all that was asked for, and a page of the rows."""

    name = Text()
    title = Text()
    said = serializers.ListField(child=Text(), help_text="The question in sentences, and what to know of the answer.")
    measures = ReportColumnShape(many=True)
    totals = serializers.DictField(child=serializers.IntegerField(allow_null=True), help_text="By the measures' names.")
    sections = ReportSectionShape(many=True, help_text="One for each that `by` names.")
    columns = ReportColumnShape(many=True)
    rows = serializers.ListField(child=serializers.DictField(child=CellField()), help_text=VALUES)
    next = serializers.URLField(allow_null=True, help_text="Address of the next page; null on the last one.")
    currency = CurrencyField()


ONE = {
    "name": "pops-payments",
    "title": "POPS Payments",
    "lead": "What came in and went out, how, and what it was applied to.",
    "filters": [{"names": ["from", "to", "span"], "label": "Post date", "help": ""}],
    "total_by": ["method"],
    "sorts": ["date", "receipt"],
}
RECEIVED = {"name": "received", "label": "Received", "kind": "cents"}
ANSWER = {
    "name": "pops-payments",
    "title": "POPS Payments",
    "said": ["Post date: March 1, 2026.", "Total by method."],
    "measures": [RECEIVED],
    "totals": {"received": 4200},
    "sections": [
        {
            "name": "method",
            "label": "Method",
            "measures": [RECEIVED],
            "groups": [{"group": "Check", "sums": {"received": 4200}}],
            "rest": None,
        }
    ],
    "columns": [
        {"name": "receipt", "label": "Receipt", "kind": "number"},
        {"name": "date", "label": "Post date", "kind": "date"},
        {"name": "amount", "label": "Amount", "kind": "cents"},
    ],
    "rows": [{"receipt": 1001, "date": "2026-03-01", "amount": 4200}],
    "next": None,
    "currency": "usd",
}
