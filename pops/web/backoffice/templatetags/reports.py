"""What a report's page shows beside its numbers: charts, spans by name, saved filters."""

from collections.abc import Sequence

from django import template

from payments.reports.charts import Chart, chart_of, draw_bars
from payments.reports.question import AFTER, Question
from payments.reports.spans import Span, list_presets
from payments.reports.summing import Series

register = template.Library()
register.simple_tag(draw_bars)


@register.filter
def as_charts(series: Sequence[Series]) -> list[Chart]:
    """What a report gives for charts, without those that would be empty."""
    return [chart for one in series if (chart := chart_of(one)).has_any]


@register.filter
def spans(question: Question) -> list[tuple[Span, str, bool]]:
    """The same question of each span that has a name: its address, and whether it is asked now."""
    asked = question.pairs.get("span")
    return [
        (span, question.address_with(**{"span": span.name, "from": None, "to": None, AFTER: None}), span.name == asked)
        for span in list_presets(question.asking.today)
    ]
